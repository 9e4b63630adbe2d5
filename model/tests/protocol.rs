//! The protocol as it is holds everything; without any of its rules it violates what it is known to violate.

use std::fs;

use causeway_model::report::{self, PAGE, without_times};

#[test]
fn the_protocol_holds_and_each_weakening_does_not_as_the_page_says() {
    let page = report::page();

    for (setting, findings) in &page.settings {
        assert!(findings.is_clean(), "{setting:?}: {findings:?}");
    }
    assert!(page.early.is_clean(), "early import: {:?}", page.early);
    for (weakening, findings) in &page.weakenings {
        let way = findings.counterexample(weakening.violates);
        let name = weakening.name;
        assert!(
            way.is_some_and(|way| !way.is_empty()),
            "{name}: violates nothing any more, or something else than {}: {findings:?}",
            weakening.violates
        );
    }

    let committed = fs::read_to_string(PAGE).expect("the page is there");
    assert_eq!(
        without_times(&committed),
        without_times(&page.text()),
        "docs/reference/model.md is not what the search finds: run `make model`"
    );
}
