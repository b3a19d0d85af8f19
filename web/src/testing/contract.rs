//! What every page must keep, whatever it is given.

use scraper::{ElementRef, Html, Selector};

use super::samples::{HOSTILE, pages};

fn select<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(css).unwrap();
    page.select(&selector).collect()
}

#[test]
fn every_page_has_one_headline_a_title_and_nothing_inline() {
    for (name, html) in pages() {
        let page = Html::parse_document(&html);
        assert_eq!(select(&page, "h1").len(), 1, "{name}");
        assert!(!select(&page, "title")[0].inner_html().is_empty(), "{name}");
        assert!(
            select(&page, "[style], style, script:not([src]), [onclick], iframe, object, base").is_empty(),
            "{name}"
        );
        assert!(select(&page, "script, link[rel=stylesheet], img").iter().all(|element| {
            element.attr("src").or(element.attr("href")).is_some_and(|address| address.starts_with("/static/"))
        }));
        for element in select(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                if attribute == "href" || attribute == "action" {
                    assert!(
                        value.starts_with(['/', '#', '?']) && !value.starts_with("//"),
                        "{name}: {attribute}={value}"
                    );
                }
            }
        }
    }
}

#[test]
fn hostile_strings_stay_text() {
    for (name, html) in pages().into_iter().filter(|(name, _)| name.ends_with("hostile")) {
        let page = Html::parse_document(&html);
        assert_eq!(select(&page, "script").len(), 1, "{name}");
        assert!(select(&page, "img, b b, [autofocus], [onerror]").is_empty(), "{name}");
        let text: String = page.root_element().text().collect();
        let told = HOSTILE.iter().any(|hostile| {
            // The parser drops NUL, as browsers do.
            let visible = hostile.replace('\0', "");
            let head: String = visible.chars().take(12).collect();
            text.contains(&head) || html.contains("chip")
        });
        assert!(told, "{name}");
        assert!(html.len() < 120_000, "{name}: {} bytes, long strings are cut", html.len());
    }
}

#[test]
fn drawings_have_a_title_and_ids_are_unique() {
    for (name, html) in pages().into_iter().filter(|(name, _)| !name.ends_with("hostile")) {
        let page = Html::parse_document(&html);
        for drawing in select(&page, "svg[role=img]") {
            assert!(
                drawing.children().filter_map(ElementRef::wrap).any(|child| child.value().name() == "title"),
                "{name}"
            );
        }
        let mut ids: Vec<&str> = select(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(all, ids.len(), "{name}");
    }
}

#[test]
fn the_first_page_is_light() {
    let (_, overview) = pages().into_iter().find(|(name, _)| *name == "overview").unwrap();
    let style = include_str!("../../static/page.css").len();
    let script = include_str!("../../static/page.js").len();
    let total = overview.len() + style + script;
    assert!(total < 100_000, "{total} bytes before compression: page {}, style {style}", overview.len());
}
