//! The reference pages that are written from the program. `CAUSEWAY_WRITE_DOCS=1` writes them; without it they are compared.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::causeway;

fn page(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/reference")
        .join(name)
}

fn check(name: &str, text: &str) {
    if std::env::var_os("CAUSEWAY_WRITE_DOCS").is_some() {
        std::fs::write(page(name), text).unwrap();
    }
    let found = std::fs::read_to_string(page(name)).unwrap_or_default();
    assert!(
        found == text,
        "docs/reference/{name} is not what the program says; write it again:\n  CAUSEWAY_WRITE_DOCS=1 cargo test -p causeway-relayer --test causeway reference"
    );
}

const COMMANDS: [&[&str]; 53] = [
    &[],
    &["dev"],
    &["run"],
    &["doctor"],
    &["config"],
    &["config", "init"],
    &["config", "validate"],
    &["config", "show"],
    &["config", "schema"],
    &["msg"],
    &["msg", "list"],
    &["msg", "show"],
    &["msg", "explain"],
    &["msg", "retry"],
    &["bundle"],
    &["bundle", "extract"],
    &["bundle", "proof"],
    &["bundle", "verify"],
    &["bundle", "execute"],
    &["transfer"],
    &["transfer", "send"],
    &["transfer", "status"],
    &["transfer", "return"],
    &["transfer", "claim"],
    &["transfer", "release"],
    &["withdraw"],
    &["withdraw", "finalize"],
    &["deposit"],
    &["deposit", "recover"],
    &["swap"],
    &["swap", "propose"],
    &["swap", "quote"],
    &["swap", "agree"],
    &["swap", "accept"],
    &["swap", "list"],
    &["swap", "status"],
    &["swap", "explain"],
    &["swap", "cancel"],
    &["swap", "withdraw"],
    &["swap", "force"],
    &["token"],
    &["token", "supply"],
    &["token", "init"],
    &["token", "plan"],
    &["token", "apply"],
    &["token", "check"],
    &["token", "list"],
    &["token", "verify-list"],
    &["operator"],
    &["operator", "rebuild"],
    &["operator", "recover"],
    &["operator", "genesis"],
    &["completions"],
];

#[test]
fn the_page_of_commands_is_their_help() {
    let directory = tempfile::tempdir().unwrap();
    let mut text = String::from(
        "# Command line\n\nWritten from the program's own help. How commands end: [exit codes](exit-codes.md).\n",
    );
    for command in COMMANDS {
        let ended = causeway(directory.path(), &[command, &["-h"]].concat());
        assert_eq!(ended.code, 0, "{command:?}: {}", ended.stderr);
        let name = [&["causeway"], command].concat().join(" ");
        text.push_str(&format!(
            "\n## {name}\n```text\n{}\n```\n",
            ended.stdout.trim_end()
        ));
    }
    check("cli.md", &text);
}

/// Every command that help names has a section above.
#[test]
fn no_command_is_left_out() {
    let directory = tempfile::tempdir().unwrap();
    for parent in COMMANDS {
        let help = causeway(directory.path(), &[parent, &["-h"]].concat()).stdout;
        let Some((_, rest)) = help.split_once("Commands:\n") else {
            continue;
        };
        let names = rest
            .lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_whitespace().next());
        for name in names.filter(|name| *name != "help") {
            let command = [parent, &[name]].concat();
            assert!(
                COMMANDS.iter().any(|known| **known == *command),
                "{command:?}"
            );
        }
    }
}

#[test]
fn the_page_of_the_configuration_is_its_schema() {
    let directory = tempfile::tempdir().unwrap();
    let schema = causeway(directory.path(), &["config", "schema"]).json();
    let mut text = String::from(
        "# Configuration\n\nWritten from the schema that `causeway config schema` prints. `causeway config init` writes a commented \
         example. Times\nand sizes have their unit in the key's name; relative paths start from the file's directory.\n",
    );
    for (key, section) in schema["properties"].as_object().unwrap() {
        write_section(&mut text, &schema, key, section);
    }
    check("configuration.md", &text);
}

/// A section and those below it. Tables with names of one's own show as `<name>`.
fn write_section(text: &mut String, schema: &Value, key: &str, section: &Value) {
    let described = resolve(schema, section);
    if let Some(inner) = described
        .get("additionalProperties")
        .filter(|inner| inner.is_object())
    {
        return write_section(text, schema, &format!("{key}.<name>"), inner);
    }
    let Some(properties) = described["properties"].as_object() else {
        return;
    };
    let about = section["description"]
        .as_str()
        .or(described["description"].as_str())
        .unwrap_or_default();
    text.push_str(&format!(
        "\n## [{key}]\n{about}\n\n| key | type | default | meaning |\n|---|---|---|---|\n"
    ));
    let (tables, keys): (Vec<_>, Vec<_>) = properties
        .iter()
        .partition(|(_, property)| resolve(schema, property)["properties"].is_object());
    for (name, property) in keys {
        let required = described["required"]
            .as_array()
            .is_some_and(|required| required.contains(&Value::from(name.as_str())));
        text.push_str(&row(schema, name, property, required));
    }
    for (name, property) in tables {
        write_section(text, schema, &format!("{key}.{name}"), property);
    }
}

fn row(schema: &Value, name: &str, property: &Value, required: bool) -> String {
    let default = match property.get("default") {
        _ if required => "needed".to_owned(),
        Some(Value::Null) | None => "none".to_owned(),
        Some(default) => format!("`{default}`"),
    };
    let meaning = property["description"]
        .as_str()
        .unwrap_or_default()
        .replace('\n', " ");
    format!(
        "| `{name}` | {} | {default} | {meaning} |\n",
        kind(schema, property)
    )
}

fn resolve<'a>(schema: &'a Value, value: &'a Value) -> &'a Value {
    let first = value["anyOf"]
        .as_array()
        .and_then(|choices| choices.first());
    match value["$ref"]
        .as_str()
        .or_else(|| first.and_then(|choice| choice["$ref"].as_str()))
    {
        Some(reference) => schema.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn kind(schema: &Value, property: &Value) -> String {
    let described = resolve(schema, property);
    let words = |values: &Vec<Value>| {
        values
            .iter()
            .map(|value| format!("`{value}`"))
            .collect::<Vec<_>>()
            .join(" or ")
    };
    if let Some(values) = described["enum"].as_array() {
        return words(values);
    }
    if let Some(choices) = described["oneOf"]
        .as_array()
        .or(described["anyOf"].as_array())
    {
        return choices
            .iter()
            .map(|choice| kind(schema, choice))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    if let Some(value) = described.get("const") {
        return format!("`{value}`");
    }
    match &described["type"] {
        Value::String(name) if name == "array" => {
            format!("list of {}", kind(schema, &described["items"]))
        }
        Value::String(name) if name == "object" => {
            let keys = described["properties"]
                .as_object()
                .map(|keys| keys.keys().cloned().collect::<Vec<_>>())
                .unwrap_or_default();
            format!("table with {}", keys.join(", "))
        }
        Value::String(name) => name.clone(),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any".to_owned(),
    }
}

/// The paths that the interface names for itself are those of the page.
#[test]
fn the_page_of_the_interface_has_every_path() {
    let text = std::fs::read_to_string(page("http-api.md")).unwrap();
    let source = include_str!("../../src/api/problem.rs");
    let paths = source
        .split_once("let paths = \"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    let documented: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `/"))
        .map(|line| format!("/{}", line.split('`').next().unwrap()))
        .collect();
    assert_eq!(paths.split(", ").collect::<Vec<_>>(), documented);
}
