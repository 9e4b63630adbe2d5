use alloy::primitives::address;

use super::*;
use crate::tokens::TOKEN_TEMPLATE;

const ALPHA: ChainId = 271;
const BETA: ChainId = 272;
const L1: ChainId = 1;

fn names() -> ChainNames {
    let names = [(L1, "L1"), (ALPHA, "alpha"), (BETA, "beta")];
    ChainNames::new(names.map(|(id, name)| (id, name.to_owned())))
}

fn parse(text: &str) -> Result<TokenFile, TokenFileError> {
    TokenFile::parse("token.toml", text, &names(), L1)
}

fn refused(change: impl Fn(&str) -> String) -> String {
    let text = change(TOKEN_TEMPLATE);
    assert_ne!(text, TOKEN_TEMPLATE);
    match parse(&text).and_then(|file| file.desired(18)) {
        Err(error) => error.to_string(),
        Ok(desired) => panic!("taken: {desired:?}"),
    }
}

fn refused_with(from: &str, to: &str) -> String {
    refused(|text| text.replacen(from, to, 1))
}

fn line_of(key: &str) -> usize {
    let mut lines = TOKEN_TEMPLATE.lines();
    lines.position(|line| line == key).unwrap() + 1
}

#[test]
fn the_template_says_what_it_seems_to_say() {
    let file = parse(TOKEN_TEMPLATE).unwrap();
    assert_eq!(file.chains(), [ALPHA, BETA]);
    let token = address!("0x0000000000000000000000000000000000003001");
    assert_eq!(file.token(), (ALPHA, token, AssetKind::Fungible));
    let desired = file.desired(1).unwrap();
    let limit = Limit {
        capacity: U256::from(10_000_000),
        refill_per_second: U256::from(125),
    };
    let home = &desired.chains[&ALPHA];
    assert!(!home.announce);
    assert_eq!(home.routes[&BETA].outgoing, limit);
    assert_eq!(home.routes[&BETA].incoming, Limit::NONE);
    let beta = &desired.chains[&BETA];
    assert!(beta.announce);
    assert_eq!(beta.routes[&ALPHA].incoming, limit);
    assert_eq!(beta.parties, home.parties);
}

#[test]
fn what_stands_as_a_comment_in_the_template_is_taken_too() {
    let text = TOKEN_TEMPLATE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key) if key.contains(" = \"0x") => key,
            _ => line,
        });
    let text = text.collect::<Vec<_>>().join("\n");
    let desired = parse(&text).unwrap().desired(18).unwrap();
    let beta = &desired.chains[&BETA];
    assert!(beta.representation.is_some() && beta.parties.limiter.is_some());
    assert!(beta.parties.pauser.is_some());
}

#[test]
fn every_chain_has_rules_for_every_other() {
    let more = format!(
        "{TOKEN_TEMPLATE}\n[chains.l1]\n[chains.l1.parties]\nissuer = \"0x00000000000000000000000000000000000000aa\"\n"
    );
    let desired = parse(&more).unwrap().desired(18).unwrap();
    for (id, chain) in &desired.chains {
        let others: Vec<_> = desired.chains.keys().filter(|other| *other != id).collect();
        assert_eq!(chain.routes.keys().collect::<Vec<_>>(), others);
    }
    assert_eq!(
        desired.chains[&L1].parties.issuer,
        Address::with_last_byte(0xaa)
    );
    assert_eq!(desired.chains[&BETA].routes[&L1], RouteRules::default());
}

#[test]
fn units_are_those_named() {
    let text = TOKEN_TEMPLATE.replace(
        "outgoing = { capacity_tokens = \"1000000\", refill_tokens_per_second = \"12.5\" }",
        "outgoing = { capacity_units = \"7\", refill_units_per_second = \"2\" }",
    );
    let desired = parse(&text).unwrap().desired(18).unwrap();
    let limit = desired.chains[&ALPHA].routes[&BETA].outgoing;
    let seven_and_two = Limit {
        capacity: U256::from(7),
        refill_per_second: U256::from(2),
    };
    assert_eq!(limit, seven_and_two);
}

#[test]
fn unknown_keys_are_named_with_their_place() {
    let said = refused_with("paused = false", "pause = false");
    let place = format!("token.toml:{}:1", line_of("paused = false"));
    assert_eq!(
        said,
        format!("{place}: unknown key `pause`; did you mean `paused`?")
    );
    let said = refused_with("kind = \"fungible\"", "kind = \"erc20\"");
    assert!(said.contains("unknown value `erc20`"), "{said}");
    let said = refused_with("[parties]", "[partys]");
    assert!(
        said.contains("unknown key `partys`; did you mean `parties`?"),
        "{said}"
    );
}

#[test]
fn keys_that_are_missing_or_of_another_type_are_named() {
    let said = refused_with("issuer = ", "# issuer = ");
    assert!(said.contains("missing field `issuer`"), "{said}");
    let said = refused_with("paused = false", "paused = \"no\"");
    let place = format!("token.toml:{}:10: ", line_of("paused = false"));
    assert!(said.starts_with(&place), "{said}");
    assert!(said.contains("token init"), "{said}");
}

#[test]
fn chains_that_nobody_knows_are_refused() {
    let said = refused_with("home = \"alpha\"", "home = \"alpa\"");
    assert!(
        said.contains("token.home: there is no chain `alpa`"),
        "{said}"
    );
    let said = refused_with("[chains.beta]", "[chains.999]");
    assert!(
        said.contains("there is no chain `999`; name an id or one of L1, alpha, beta"),
        "{said}"
    );
}

#[test]
fn a_route_leads_to_another_chain_of_the_file() {
    let said = refused_with("[chains.alpha.routes.beta]", "[chains.alpha.routes.alpha]");
    assert!(said.contains("a route leads to another chain"), "{said}");
    let said = refused_with("[chains.alpha.routes.beta]", "[chains.alpha.routes.l1]");
    assert!(
        said.contains("the file says nothing of that chain; add [chains.L1]"),
        "{said}"
    );
}

#[test]
fn a_chain_has_one_table() {
    let said = refused(|text| format!("{text}\n[chains.272]\n"));
    assert!(said.contains("the chain has two tables"), "{said}");
    let said = refused(|text| format!("{text}\n[chains.beta.routes.271]\n"));
    assert!(said.contains("the route has two tables"), "{said}");
}

#[test]
fn limits_are_whole_and_in_one_unit() {
    let limit = "{ capacity_tokens = \"1000000\", refill_tokens_per_second = \"12.5\" }";
    for (to, told) in [
        (
            "{ capacity_tokens = \"1\" }",
            "a capacity and a refill in the same unit",
        ),
        (
            "{ capacity_tokens = \"1\", refill_units_per_second = \"1\" }",
            "a capacity and a refill in the same unit",
        ),
        (
            "{ capacity_tokens = \"0\", refill_tokens_per_second = \"1\" }",
            "capacity_tokens: 0 is no limit; give a positive number",
        ),
        (
            "{ capacity_units = \"1.5\", refill_units_per_second = \"1\" }",
            "1.5 is no amount with 0 decimals",
        ),
        (
            "{ capacity_tokens = \"1e3\", refill_tokens_per_second = \"1\" }",
            "1e3 is no amount",
        ),
    ] {
        let said = refused_with(limit, to);
        assert!(said.contains(told), "{to}: {said}");
    }
    let places = refused_with(
        "\"12.5\" }\n\n[chains.beta]",
        "\"0.0000000000000000001\" }\n\n[chains.beta]",
    );
    assert!(
        places.contains("with 18 decimals: it has 19 places"),
        "{places}"
    );
}

#[test]
fn the_home_is_not_announced_and_has_no_representation() {
    let said = refused(|text| {
        format!(
            "{text}\n[chains.alpha]\nannounce = true\nrepresentation = \"0x00000000000000000000000000000000000000aa\"\n"
        )
    });
    assert_eq!(
        said.matches("the token is at home there; remove the key")
            .count(),
        2,
        "{said}"
    );
}

#[test]
fn only_fungible_tokens_are_brought() {
    let said = refused(|text| {
        text.replacen("kind = \"fungible\"", "kind = \"nft\"", 1)
            .replacen("# representation", "representation", 1)
    });
    assert!(
        said.contains("chains.beta.representation: only fungible tokens"),
        "{said}"
    );
}

#[test]
fn zero_is_nobody_and_no_token() {
    let zero = "\"0x0000000000000000000000000000000000000000\"";
    let said = refused(|text| {
        text.replacen("\"0x0000000000000000000000000000000000003001\"", zero, 1)
            .replacen("\"0x0000000000000000000000000000000000004001\"", zero, 1)
    });
    assert!(
        said.contains(
            "token.address: 0x0000000000000000000000000000000000000000 is no token contract"
        ),
        "{said}"
    );
    assert!(
        said.contains("parties.issuer: 0 is no account; give an account"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_not_there_says_what_writes_one() {
    let error = TokenFile::read(Path::new("/nowhere/token.toml"), &names(), L1).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`causeway token init` writes one")
    );
}
