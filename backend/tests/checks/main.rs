//! The self-checks and the plan as they are served: examples of every rule and score, and what must hold of any answers.

mod examples;
mod properties;
mod rules;
