//! The nurse's pages: dense and quick, rendered by the server, working with forms alone.

mod detail;
mod list;
mod login;
mod new;

use crate::components::icon::icon;
use crate::components::link_list::link_card;
use leptos::prelude::*;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::staff::{Staff, StaffPage};

/// A staff page with its frame.
pub fn page(page: &StaffPage) -> AnyView {
    match page {
        StaffPage::Login { name, problem } => frame(None, login::page(name, problem.as_ref()), None),
        StaffPage::List(list) => {
            let action = view! {
                <a class="zs-button" href="/staff/followups/new" data-key="n">
                    {icon("plus")}
                    <span>"新建随访"</span>
                    <kbd class="zs-kbd">"N"</kbd>
                </a>
            };
            frame(Some(&list.staff), list::page(list), Some(action.into_any()))
        }
        StaffPage::New(form) => {
            let action = view! {
                <button class="zs-button" type="submit" form="followup">
                    "建好，拿链接"
                </button>
            };
            frame(Some(&form.staff), new::page(form), Some(action.into_any()))
        }
        StaffPage::Detail { staff, detail, qr_path, qr_side, created, problem } => {
            let arrival = if *created { detail::Arrival::JustMade } else { detail::Arrival::Reading };
            let qr = detail::Qr { path: qr_path.clone(), side: *qr_side };
            frame(Some(staff), detail::page(detail, qr, arrival, problem.as_ref()), None)
        }
        StaffPage::Problem(problem) => frame(None, failed(problem), None),
    }
}

fn failed(problem: &Problem) -> AnyView {
    view! {
        <div class="zs-stack">
            <h1 class="zs-h1">{problem.title.clone()}</h1>
            <p class="zs-lead">{problem.detail.clone()}</p>
            <p>{problem.kept.clone()}</p>
            {link_card("/staff".to_owned(), "back", "回到工作台".to_owned(), String::new())}
            {link_card(crate::components::phone_link::tel(&problem.phone), "phone", "打电话".to_owned(), problem.phone.clone())}
            <p class="zs-small">"报错编号：" {problem.request_id.clone()}</p>
        </div>
    }
    .into_any()
}

fn frame(staff: Option<&Staff>, main: AnyView, action: Option<AnyView>) -> AnyView {
    let name = staff.map_or_else(|| "请登录".to_owned(), |staff| staff.display.clone());
    let tools = staff.map(|_| {
        view! {
            <div class="zs-header__tools">
                <form method="post" action="/staff/logout">
                    <button class="zs-header__tool">{icon("exit")} <span>"退出"</span></button>
                </form>
            </div>
        }
    });
    let bar = action.map(|action| {
        view! {
            <div class="zs-action-bar">
                <div class="zs-action-bar__row">{action}</div>
            </div>
        }
    });
    view! {
        <header class="zs-header">
            <a class="zs-header__brand" href="/staff">
                <svg class="zs-header__mark" viewBox="0 0 32 32" aria-hidden="true">
                    <use href="#i-mark"></use>
                </svg>
                <span>
                    <span class="zs-header__name">"护士工作台"</span>
                    <span class="zs-header__sub">{name}</span>
                </span>
            </a>
            {tools}
        </header>
        <main class="zs-main" id="main" tabindex="-1">
            {main}
        </main>
        {bar}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use crate::render_staff;
    use zaoshai_contract::staff::StaffPage;

    #[test]
    fn the_login_is_a_form_with_labels() {
        let html = render_staff(&StaffPage::Login { name: "zhang\"".to_owned(), problem: None });
        assert!(html.contains("action=\"/staff/login\"") && html.contains("for=\"password\""));
        assert!(html.contains("zhang&quot;"), "{html}");
    }
}
