//! The vectors that the contracts' tests read are what this crate writes today.

#[path = "../../examples/vectors/cases.rs"]
mod cases;
#[path = "../../examples/vectors/files.rs"]
mod files;
#[path = "../../examples/vectors/random.rs"]
mod random;

#[test]
fn committed_vectors_are_up_to_date() {
    for (path, expected) in files::all() {
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == expected,
            "{} differs; run `cargo run -p causeway-proofs --example vectors`",
            path.display()
        );
    }
}
