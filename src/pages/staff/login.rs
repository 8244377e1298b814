//! Signing in.

use crate::components::error_summary::error_summary;
use leptos::prelude::*;
use zaoshai_contract::problem::Problem;

/// The page.
pub fn page(name: &str, problem: Option<&Problem>) -> AnyView {
    view! {
        <div class="zs-stack">
            {problem.map(error_summary)}
            <h1 class="zs-h1">"登录"</h1>
            <form class="zs-stack" method="post" action="/staff/login">
                <div class="zs-form-field">
                    <label class="zs-form-field__small-label" for="name">
                        "用户名"
                    </label>
                    <input
                        class="zs-input"
                        id="name"
                        name="name"
                        value=name.to_owned()
                        autocomplete="username"
                        autocapitalize="none"
                        required
                    />
                </div>
                <div class="zs-form-field">
                    <label class="zs-form-field__small-label" for="password">
                        "密码"
                    </label>
                    <input
                        class="zs-input"
                        id="password"
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required
                    />
                </div>
                <button class="zs-button" type="submit">
                    "登录"
                </button>
            </form>
            <p class="zs-small">"忘记密码，请找医院的系统管理员。"</p>
        </div>
    }
    .into_any()
}
