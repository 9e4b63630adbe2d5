use alloy::primitives::address;

use super::*;

fn told(chain: ChainId, last: u8) -> Told {
    Told {
        chain,
        token: Address::with_last_byte(last),
        name: "Some Dollar".to_owned(),
        symbol: "USD$".to_owned(),
        decimals: 6,
    }
}

fn tokens() -> Vec<TokenEntry> {
    entries(&told(10, 1), &[told(1, 2), told(20, 3)])
}

fn list(tokens: Vec<TokenEntry>) -> TokenList {
    let version = ListVersion {
        major: 1,
        minor: 0,
        patch: 2,
    };
    TokenList::new("Tokens", "2026-11-21T10:00:00Z".to_owned(), version, tokens).unwrap()
}

fn key() -> PrivateKeySigner {
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
        .parse()
        .unwrap()
}

#[test]
fn the_format_is_pinned() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&list(tokens())).unwrap());
}

#[test]
fn a_list_knows_its_tokens_from_any_of_its_entries() {
    let home = [(10, Address::with_last_byte(1))];
    assert_eq!(list(tokens()).assets(), home.into());
    assert_eq!(list(tokens().split_off(2)).assets(), home.into());
}

#[test]
fn an_entry_names_at_most_ten_other_chains_and_each_of_them_its_home() {
    let elsewhere: Vec<_> = (20..40).map(|chain| told(chain, 3)).collect();
    let all = entries(&told(10, 1), &elsewhere);
    assert_eq!(all.len(), 21);
    assert_eq!(all[0].extensions.bridge_info.len(), MOST_BRIDGED);
    assert!(all[20].extensions.bridge_info.contains_key("10"));
}

#[test]
fn the_signature_is_of_the_bytes_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    SignedList::sign(&list(tokens()), &key())
        .unwrap()
        .write(&path)
        .unwrap();
    let signer = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    let read = SignedList::read(&path).unwrap();
    assert_eq!(read.signer(), Some(signer));
    assert_eq!(read.list(&path).unwrap(), list(tokens()));

    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("USD$", "USD€", 1)).unwrap();
    assert_ne!(SignedList::read(&path).unwrap().signer(), Some(signer));
}

#[test]
fn files_that_are_no_list_or_no_signature_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    let said = |path: &Path| match SignedList::read(path).and_then(|read| read.list(path)) {
        Err(error) => error.to_string(),
        Ok(list) => panic!("taken: {list:?}"),
    };
    assert!(said(&path).contains("tokens.json: "));
    std::fs::write(&path, "{}").unwrap();
    assert!(said(&path).contains("tokens.json.sig: "));
    std::fs::write(signature_path(&path), "0x1234\n").unwrap();
    assert!(said(&path).contains("no signature of 65 bytes"));
    SignedList::sign(&list(tokens()), &key())
        .unwrap()
        .write(&path)
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replacen("\"decimals\": 6", "\"decimals\": 600", 1),
    )
    .unwrap();
    assert!(
        said(&path).contains("field `tokens[0].decimals`"),
        "{}",
        said(&path)
    );
}

#[test]
fn texts_that_lists_do_not_take_are_refused() {
    let with = |change: &dyn Fn(&mut TokenEntry)| {
        let mut tokens = tokens();
        change(&mut tokens[1]);
        TokenList::new("Tokens", String::new(), list(vec![]).version, tokens)
    };
    assert!(with(&|_| ()).is_ok());
    assert!(with(&|token| token.symbol = "A B".to_owned()).is_err());
    assert!(with(&|token| token.symbol = "x".repeat(21)).is_err());
    assert!(with(&|token| token.name = String::new()).is_err());
    assert!(with(&|token| token.name = "line\nbreak".to_owned()).is_err());
    let named = |name: &str| TokenList::new(name, String::new(), list(vec![]).version, tokens());
    assert!(named("My list 2").is_ok());
    assert!(named("My list!").is_err() && named(&"x".repeat(21)).is_err());
}

#[test]
fn a_list_that_says_what_the_chains_say_has_no_disagreements() {
    assert_eq!(disagreements(&tokens(), &tokens()), []);
}

#[test]
fn whatever_the_list_has_otherwise_is_named() {
    type Change = fn(&mut Vec<TokenEntry>);
    let changes: [(Change, &str, &str); 8] = [
        (
            |tokens| tokens[1].name.push('!'),
            "name Some Dollar!",
            "name Some Dollar",
        ),
        (
            |tokens| tokens[1].symbol.push('!'),
            "symbol USD$!",
            "symbol USD$",
        ),
        (|tokens| tokens[1].decimals = 7, "decimals 7", "decimals 6"),
        (
            |tokens| tokens[1].extensions.home_chain_id = None,
            "home here",
            "home 10",
        ),
        (
            |tokens| tokens[1].address = Address::ZERO,
            "a token",
            "no such token",
        ),
        (|tokens| tokens[0].chain_id = 11, "a token", "no such token"),
        (|tokens| drop(tokens.pop()), "nothing", "USD$ stands there"),
        (
            |tokens| tokens.push(tokens[0].clone()),
            "twice",
            "one token",
        ),
    ];
    for (change, listed, found) in changes {
        let mut changed = tokens();
        change(&mut changed);
        let all = disagreements(&changed, &tokens());
        let named = |all: &Disagreement| all.listed == listed && all.found == found;
        assert!(all.iter().any(named), "{listed}: {all:?}");
    }
    let mut changed = tokens();
    changed[0].extensions.bridge_info.clear();
    let all = disagreements(&changed, &tokens());
    assert!(all.len() == 1 && all[0].found.contains("20:0x"), "{all:?}");
}
