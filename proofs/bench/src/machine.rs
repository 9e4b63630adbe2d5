//! What the figures were measured on and with.

use std::{env, fs, process::Command};

const LOCK: &str = include_str!("../Cargo.lock");

const CRATES: [&str; 7] = [
    "alloy-primitives",
    "causeway-proofs",
    "fearless_simd",
    "keccak-asm",
    "merkle-tree-rs",
    "rs_merkle",
    "zksync_mini_merkle_tree",
];

const FEATURES: [&str; 4] = ["avx2", "bmi2", "avx512f", "avx512_vbmi2"];

pub fn describe() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = field(&cpu, "flags");
    let features = FEATURES
        .into_iter()
        .filter(|name| flags.split(' ').any(|flag| flag == *name));
    format!(
        "- Machine: {} (family {}, model {}), {}, {} cores; features used: {}\n- Compiler: {}\n- Crates: {}",
        field(&cpu, "model name"),
        field(&cpu, "cpu family"),
        field(&cpu, "model"),
        env::consts::ARCH,
        std::thread::available_parallelism().map_or(0, usize::from),
        features.collect::<Vec<_>>().join(", "),
        compiler(),
        CRATES
            .map(|name| format!("{name} {}", version(name)))
            .join(", "),
    )
}

fn field<'a>(cpu: &'a str, name: &str) -> &'a str {
    let mut lines = cpu.lines().filter_map(|line| line.split_once(':'));
    lines
        .find(|(key, _)| key.trim() == name)
        .map_or("unknown", |(_, value)| value.trim())
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or("unknown".into(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().into()
    })
}

fn version(name: &str) -> &'static str {
    let entry = LOCK.split("[[package]]").find(|entry| {
        entry
            .lines()
            .any(|line| line == format!("name = \"{name}\""))
    });
    entry
        .and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next())
        .unwrap_or("unknown")
}
