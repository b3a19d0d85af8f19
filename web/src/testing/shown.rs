//! What pages say, read from the DOM.

use barograph_query::questions::find::Found;
use barograph_query::questions::overview::Overview;
use barograph_query::questions::session::Story;
use scraper::{ElementRef, Html, Selector};

use super::samples::{
    NOW, call, found, health_page, hotspots, hotspots_page, overview, overview_page, pages, record, record_page,
    redaction, search_page, session_page, story,
};
use crate::redaction::CanaryState;

fn texts(html: &str, css: &str) -> Vec<String> {
    Html::parse_document(html)
        .select(&Selector::parse(css).unwrap())
        .map(|element| element.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// A sample page by its name.
fn page(name: &str) -> String {
    pages().into_iter().find(|(page, _)| *page == name).map(|(_, html)| html).unwrap()
}

fn links(html: &str, css: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(css).unwrap();
    page.select(&selector).filter_map(|element: ElementRef<'_>| element.attr("href").map(str::to_owned)).collect()
}

#[test]
fn every_figure_has_a_unit_and_leads_to_its_rows() {
    let html = overview_page(&overview(), None);
    let figures = texts(&html, ".figures li");
    assert_eq!(figures.len(), 6);
    for figure in &figures {
        assert!(figure.starts_with(|first: char| first.is_ascii_digit()), "{figure}");
        assert!(figure.contains(char::is_alphabetic), "{figure}");
    }
    for href in links(&html, ".figures a") {
        assert!(href.starts_with("/search?") && href.contains("after=2026-11-13T10:00:00Z"), "{href}");
    }
}

#[test]
fn the_trace_flags_the_spike_and_the_new_version() {
    let html = overview_page(&overview(), None);
    let flags = texts(&html, ".flag text");
    assert_eq!(flags.len(), 2, "{flags:?}");
    assert!(flags[0].ends_with("refused"), "{flags:?}");
    assert_eq!(flags[1], "claude-code 2.1.328");
    assert_eq!(links(&html, ".trace .hit").len(), 42);
    assert_eq!(texts(&html, ".strips details tbody tr").len(), 42, "the numbers stand in a table too");
}

#[test]
fn who_decided_says_what_is_unknown() {
    let html = overview_page(&overview(), None);
    let deciders = texts(&html, ".deciders tbody tr");
    assert!(deciders.iter().any(|row| row.starts_with("Unknown the telemetry does not tell")), "{deciders:?}");
}

#[test]
fn an_empty_archive_shows_how_to_connect() {
    let text = texts(&overview_page(&Overview::default(), None), "main").join(" ");
    for line in [
        "CLAUDE_CODE_ENABLE_TELEMETRY=1",
        "OTEL_LOGS_EXPORTER=otlp",
        "OTEL_METRICS_EXPORTER=otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317",
        "OTEL_LOG_TOOL_DETAILS=1",
        "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1",
        "OTEL_TRACES_EXPORTER=otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318",
    ] {
        assert!(text.contains(line), "{line}");
    }
}

#[test]
fn a_quiet_week_leads_to_the_newest_event() {
    let told = Overview { any_events: true, ..Overview::default() };
    let html = overview_page(&told, Some(NOW - 40 * barograph_proto::time::DAY));
    assert!(texts(&html, ".lone").join(" ").contains("The newest event is from 11 Oct 2026"), "{html}");
    assert_eq!(links(&html, ".lone a"), ["/?after=2026-10-04T11:00:00Z&before=2026-10-11T11:00:00Z"]);
}

#[test]
fn a_search_states_its_facts_and_opens_sessions_at_the_call() {
    let html = search_page("tool_name=Bash&text=rm+-rf", &found());
    assert!(texts(&html, ".facts")[0].starts_with("1,204 calls · 96 sessions · 11 people · first 14 Nov 2026"));
    let open = links(&html, ".calls a.open");
    assert_eq!(open.len(), 50);
    assert_eq!(open[0], format!("/sessions/0b6f2a2e-5a0e-4c86-9d0b-6a3b1f8d6c11#{:032x}", 0));
    let set = links(&html, ".set a");
    assert_eq!(set, ["/search?tool_name=Bash", "/search?text=rm+-rf"], "each filter can be let go");
    let facets = links(&html, ".facets a");
    assert!(facets.iter().any(|href| href.contains("tool_name=Bash") && href.contains("decision=deny")), "{facets:?}");
    assert!(texts(&html, ".pager").join(" ").contains("1–50 of 1,204 calls"));
}

#[test]
fn nothing_found_says_what_to_change() {
    let text = texts(&search_page("text=nothing", &Found::default()), ".lone").join(" ");
    assert!(text.contains("Leave out a filter"), "{text}");
}

#[test]
fn chips_stand_for_withheld_values_and_find_equal_ones() {
    let html = search_page("", &found());
    let chips = texts(&html, ".chip");
    assert!(chips.contains(&"bearer-token · 47 chars".to_owned()), "{chips:?}");
    assert!(links(&html, "a.chip").iter().all(|href| href.starts_with("/search?text=")));
}

#[test]
fn decisions_have_a_shape_and_a_word() {
    let html = session_page(&story(), "");
    let asked_then_denied = texts(&html, &format!("[id='{:032x}'] td", 2));
    assert!(asked_then_denied.contains(&"asked, then → refused".to_owned()), "{asked_then_denied:?}");
    assert!(asked_then_denied.contains(&"14 s".to_owned()), "{asked_then_denied:?}");
    let page = Html::parse_document(&html);
    let marks = Selector::parse(&format!("[id='{:032x}'] .mark", 2)).unwrap();
    let marks: Vec<&str> = page.select(&marks).filter_map(|mark| mark.attr("class")).collect();
    assert_eq!(marks, ["mark m-ask", "mark m-deny"]);
}

#[test]
fn inferred_and_unknown_words_say_why_on_hover_and_on_focus() {
    let page = session_page(&story(), "");
    let page = Html::parse_document(&page);
    for css in [".inferred", "td .unknown"] {
        let found: Vec<ElementRef<'_>> = page.select(&Selector::parse(css).unwrap()).collect();
        assert!(!found.is_empty(), "{css}");
        for element in found {
            assert_eq!(element.attr("tabindex"), Some("0"), "{css}");
            assert!(element.attr("title").is_some_and(|why| !why.is_empty()), "{css}");
        }
    }
}

#[test]
fn no_cell_of_a_row_is_empty() {
    for html in [overview_page(&overview(), None), search_page("", &found()), session_page(&story(), "")] {
        for cell in texts(&html, "tr[data-row] td:not(.bar-cell):not(.c-spark)") {
            assert!(!cell.is_empty());
        }
    }
}

#[test]
fn a_session_names_its_claims_modes_and_completeness() {
    let header = texts(&session_page(&story(), ""), ".header > div");
    assert!(header[0].starts_with("Who claimed ada@example.com"), "{header:?}");
    let has = |part: &str| header.iter().any(|fact| fact.contains(part));
    assert!(has("acceptEdits since") && has("by shift_tab"), "{header:?}");
    assert!(has("no gaps seen in 214 numbered events"), "{header:?}");
    assert!(has("Host claimed unknown"), "{header:?}");
    let holes = Story { gaps: vec![(17, 31), (40, 42)], ..story() };
    let header = texts(&session_page(&holes, ""), ".header > div").join("\n");
    assert!(header.contains("14 events missing in 2 gaps"), "{header}");
}

#[test]
fn a_session_is_told_in_chapters_and_can_be_narrowed() {
    let titles = texts(&session_page(&story(), ""), ".chapter h2");
    assert_eq!(titles, ["Before any prompt", "Prompt 1", "Prompt 2"]);
    let mut silent = story();
    silent.chapters[1].moments.clear();
    assert_eq!(texts(&session_page(&silent, ""), ".chapter h2").len(), 3, "a prompt that led to nothing is told too");
    assert_eq!(texts(&session_page(&silent, "refused"), ".chapter h2"), ["Prompt 2"]);
    let refused = session_page(&story(), "refused");
    assert_eq!(texts(&refused, ".story tr[data-row]").len(), 8);
    assert!(texts(&refused, ".shows span")[0].contains("8 of 24 calls"));
}

#[test]
fn a_long_session_opens_at_the_part_that_holds_the_call() {
    let mut long = story();
    let moments =
        (0..2_500).map(|index| barograph_query::questions::session::Moment::Call(Box::new(call(index)))).collect();
    long.chapters[1].moments = moments;
    let page = crate::pages::session::SessionPage::new(&long, "", 0, &format!("{:032x}", 2_400));
    let html = askama::Template::render(&page).unwrap();
    assert_eq!(texts(&html, &format!("[id='{:032x}']", 2_400)).len(), 1);
    assert_eq!(texts(&html, "[data-parts] a[aria-current]"), ["2,001–2,515"]);
}

#[test]
fn hotspots_lead_to_their_calls_and_show_their_trend() {
    let html = hotspots_page(&hotspots());
    assert_eq!(
        links(&html, ".places a.open")[0],
        "/search?tool_name=Bash&command_head=git+push&team=payments&after=2026-11-13T10:00:00Z&before=2026-11-20T10:00:00Z"
    );
    let trends = texts(&html, "[data-label=Trend]");
    assert_eq!(trends, ["+24 %", "+65 %", "new", "same", "same"]);
}

#[test]
fn a_record_tells_what_redaction_did() {
    let html = record_page(&record());
    let told = texts(&html, ".header > div");
    for words in ["Withheld: a value is missing", "5c1d0f2a9b3e4d67", "1,204 bytes in, 980 stored", "epoch 2"] {
        assert!(told.iter().any(|fact| fact.contains(words)), "{words}: {told:?}");
    }
    let kinds = texts(&html, "table:not(.record) tbody tr");
    assert_eq!(kinds.len(), 3);
    assert!(kinds[2].starts_with("withheld:no-rule 1 Not stored: no rule"), "{kinds:?}");
    assert_eq!(links(&html, "p a.chip"), ["/search?text=89abcdef01234567"]);
}

#[test]
fn a_seen_credential_leads_to_sessions_records_and_calls() {
    let html = page("seen");
    assert!(texts(&html, ".facts")[0].starts_with("61 records · 2 sessions · first 17 Nov 2026"));
    let all = links(&html, "main a");
    for href in [
        "/search?text=0123456789abcdef",
        "/sessions/0b6f2a2e-5a0e-4c86-9d0b-6a3b1f8d6c11",
        "/events/00000000000000000000000000000000",
    ] {
        assert!(all.iter().any(|link| link == href), "{href}: {all:?}");
    }
    assert!(texts(&html, ".further")[0].starts_with("The newest 50 are shown"));
    assert!(texts(&html, ".header > div")[2].contains("12 records, whose key is gone"));
}

#[test]
fn the_form_keeps_the_value_out_of_addresses_and_memories() {
    for name in ["seen-form", "seen", "seen-none", "seen-refused"] {
        let html = page(name);
        let page = Html::parse_document(&html);
        let select = |css: &str| page.select(&Selector::parse(css).unwrap()).next().unwrap();
        let form = select("form.leak");
        assert_eq!((form.attr("method"), form.attr("autocomplete")), (Some("post"), Some("off")));
        let field = select("textarea[name=value]");
        assert_eq!((field.attr("autocomplete"), field.attr("spellcheck")), (Some("off"), Some("false")));
        assert_eq!(field.text().collect::<String>(), "", "{name}");
    }
}

#[test]
fn nothing_seen_says_what_that_means() {
    let text = texts(&page("seen-none"), ".lone").join(" ");
    assert!(text.contains("None of 48,210 records since 11 Oct 2026"), "{text}");
    assert!(text.contains("Rotate it all the same"), "{text}");
}

#[test]
fn a_record_shows_every_column_and_pivots() {
    let html = record_page(&record());
    assert_eq!(texts(&html, ".record tbody tr").len(), 23);
    let pivots = links(&html, "td.c-same a");
    assert!(pivots.contains(&"/search?tool_name=Bash".to_owned()), "{pivots:?}");
    assert!(pivots.contains(&"/search?user=ada%40example.com".to_owned()), "{pivots:?}");
}

#[test]
fn health_tells_policies_canary_and_refused_reloads_in_words() {
    let html = health_page(redaction("acme", CanaryState::Clean { at: NOW }));
    let text = texts(&html, "main").join(" ");
    for told in [
        "acme , 00ff00ff00ff00ff , from acme , in force since 19 Nov 2026 10:00 UTC.",
        "On 20 Nov 2026 09:00 UTC it was to be read again and was not taken: acme (2 faults more, see the log)",
        "Canary: on 20 Nov 2026 10:00 UTC a synthetic secret went through and was found nowhere.",
        "It sees a share of 0.25 of the requests.",
        "It was not shown 1 row:",
        "Needs attention The TLS certificate expires on 2026-11-30.",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let rows = texts(&html, "tbody tr");
    assert!(rows.contains(&"acme 12 43".to_owned()) && rows.iter().any(|row| row.starts_with("more taken out 31 ")));
    assert_eq!(texts(&html, ".alarm").len(), 2);
}

#[test]
fn health_tells_a_leak_aloud_with_every_place() {
    let places = vec!["table spans, column attributes".to_owned(), "the journal".to_owned()];
    let html = health_page(redaction("acme", CanaryState::Leaked { at: NOW, places }));
    let alarms = texts(&html, ".alarm");
    assert!(alarms.iter().any(|alarm| alarm.starts_with("LEAKED: on 20 Nov 2026 10:00 UTC")), "{alarms:?}");
    assert!(alarms.iter().any(|alarm| alarm.ends_with("found in table spans, column attributes; the journal.")));
}
