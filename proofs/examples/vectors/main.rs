//! Writes the vectors that both languages read, into `contracts/test/vectors/`.
//!
//! `cargo run -p causeway-proofs --example vectors`. A test fails when the committed files differ from what this writes.

mod cases;
mod files;
mod random;

fn main() -> std::io::Result<()> {
    for (path, text) in files::all() {
        std::fs::write(&path, text)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
