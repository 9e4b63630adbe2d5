//! `causeway-model`: searches the model and writes what it found, or draws runs of it.

use std::{fs, io, path::PathBuf};

use causeway_model::{
    report,
    traces::{self, Form},
};
use clap::{Parser, Subcommand};

/// The protocol of atomic swaps, searched state by state.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Search everything and print what was found
    Table {
        /// Write it to docs/reference/model.md instead
        #[arg(long)]
        write: bool,
    },
    /// Draw distinct runs of the protocol as it is
    Traces {
        /// How many
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// The same seed draws the same runs
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How they are written
        #[arg(long, value_enum, default_value_t = Form::Json)]
        form: Form,
        /// File to write
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> io::Result<()> {
    match Arguments::parse().command {
        Command::Table { write } => {
            let text = report::page().text();
            if write {
                fs::write(report::PAGE, text)
            } else {
                print!("{text}");
                Ok(())
            }
        }
        Command::Traces {
            count,
            seed,
            form,
            out,
        } => fs::write(out, traces::generate(seed, count).write(form)),
    }
}
