//! Days in forms: whatever form one stands in, what is wrong with it is said in the same words.

use crate::failures::Result;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::dates::{DateMistake, read_date};

/// A day as it was typed, or what is wrong with it: under its label what the parser says, and in the words of the form
/// where nothing like a day stands.
pub fn read(typed: &str, label: &str, nothing: &str) -> Result<CivilDate, String> {
    read_date(typed).map_err(|mistake| match mistake {
        DateMistake::None => nothing.to_owned(),
        mistake => format!("{label}：{mistake}"),
    })
}

/// The same for a day that the form's words, which are also said for every other day, ask to fit.
pub fn read_fitting(
    typed: &str,
    label: &str,
    asked: &str,
    fits: impl Fn(CivilDate) -> bool,
) -> Result<CivilDate, String> {
    let day = read(typed, label, asked)?;
    if fits(day) { Ok(day) } else { Err(asked.to_owned()) }
}
