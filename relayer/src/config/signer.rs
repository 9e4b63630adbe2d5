//! Keys: where they come from, and loading them.

use std::path::PathBuf;

use alloy::signers::local::PrivateKeySigner;

use super::error::ConfigError;
use super::secret::Secret;

/// Where a key comes from.
#[derive(Clone, Debug)]
pub enum SignerSource {
    /// An encrypted JSON keystore.
    Keystore {
        /// The keystore.
        keystore: PathBuf,
        /// File that holds its password.
        password_file: PathBuf,
    },
    /// A file that holds the key in hex.
    File(PathBuf),
    /// An environment variable that holds the key in hex.
    Env(String),
    /// The key itself, on a devnet.
    Plain(Secret),
}

impl SignerSource {
    /// Loads the key of the signer called `name`.
    pub fn load(&self, name: &str) -> Result<PrivateKeySigner, ConfigError> {
        let refuse = |reason: String| ConfigError::Signer {
            signer: name.to_owned(),
            reason,
        };
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .map(|text| Secret::new(text.trim()))
                .map_err(|error| refuse(format!("{} cannot be read: {error}", path.display())))
        };
        match self {
            Self::Keystore {
                keystore,
                password_file,
            } => {
                let password = read(password_file)?;
                PrivateKeySigner::decrypt_keystore(keystore, password.expose()).map_err(|error| {
                    refuse(format!(
                        "{} does not open with the password in {}: {error}",
                        keystore.display(),
                        password_file.display()
                    ))
                })
            }
            Self::File(path) => parse(&read(path)?).ok_or_else(|| {
                refuse(format!(
                    "{} holds no private key: 32 bytes in hex are needed",
                    path.display()
                ))
            }),
            Self::Env(variable) => {
                let key = std::env::var(variable).map(Secret::new).map_err(|_| {
                    refuse(format!(
                        "the environment variable {variable} is not set; set it to the key in hex"
                    ))
                })?;
                parse(&key).ok_or_else(|| {
                    refuse(format!(
                        "{variable} holds no private key: 32 bytes in hex are needed"
                    ))
                })
            }
            Self::Plain(key) => parse(key).ok_or_else(|| {
                refuse("dev_private_key is no private key: 32 bytes in hex are needed".to_owned())
            }),
        }
    }
}

fn parse(key: &Secret) -> Option<PrivateKeySigner> {
    key.expose().trim().parse().ok()
}

/// The test vector of the Web3 Secret Storage definition, with two rounds of key derivation instead of 262,144.
#[cfg(test)]
pub(crate) const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext":"d41607956f4ae8feab6b019f04641d6a279d2644ffd3b1a5e8cc0cd2e85767d8","kdf":"pbkdf2",
    "kdfparams":{"c":2,"dklen":32,"prf":"hmac-sha256",
    "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
    "mac":"642f55363eb52cdc0ee6300fb1208856e176a565f9945987dd2bdfadaaee8267"},
    "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
/// Its password.
#[cfg(test)]
pub(crate) const KEYSTORE_PASSWORD: &str = "testpassword";

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    #[test]
    fn keys_load_from_file_and_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, format!("{KEY}\n")).unwrap();
        let from_file = SignerSource::File(path).load("a").unwrap();
        let from_text = SignerSource::Plain(Secret::new(KEY)).load("b").unwrap();
        assert_eq!(from_file.address(), from_text.address());
    }

    const KEYSTORE_KEY: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    #[test]
    fn a_keystore_opens_with_its_password_only() {
        let directory = tempfile::tempdir().unwrap();
        let keystore = directory.path().join("keystore.json");
        std::fs::write(&keystore, KEYSTORE).unwrap();
        let load = |password: &str| {
            let password_file = directory.path().join("password");
            std::fs::write(&password_file, password).unwrap();
            SignerSource::Keystore {
                keystore: keystore.clone(),
                password_file,
            }
            .load("a")
        };
        let expected: PrivateKeySigner = KEYSTORE_KEY.parse().unwrap();
        assert_eq!(
            load(&format!("{KEYSTORE_PASSWORD}\n")).unwrap().address(),
            expected.address()
        );
        let error = load("letmein").unwrap_err().to_string();
        assert!(
            error.starts_with("signers.a: ") && error.contains("does not open"),
            "{error}"
        );
        assert!(!error.contains("letmein"), "{error}");
    }

    #[test]
    fn faults_name_the_signer_and_never_the_key() {
        let plain = SignerSource::Plain(Secret::new("0x1234"))
            .load("relay")
            .unwrap_err()
            .to_string();
        assert_eq!(
            plain,
            "signers.relay: dev_private_key is no private key: 32 bytes in hex are needed"
        );
        let missing = SignerSource::File("/nowhere/key".into())
            .load("relay")
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("signers.relay: /nowhere/key cannot be read: "),
            "{missing}"
        );
        let unset = SignerSource::Env("CAUSEWAY_TEST_UNSET".into())
            .load("relay")
            .unwrap_err()
            .to_string();
        assert!(
            unset.contains("the environment variable CAUSEWAY_TEST_UNSET is not set"),
            "{unset}"
        );
    }
}
