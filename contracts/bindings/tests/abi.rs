//! The bindings against the compiler: every selector, topic and error.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use alloy::{
    hex,
    json_abi::JsonAbi,
    primitives::{B256, FixedBytes},
    sol_types::{SolError, SolInterface},
};
use causeway_bindings::*;

/// Everything that an interface declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Surface {
    functions: BTreeSet<FixedBytes<4>>,
    errors: BTreeSet<FixedBytes<4>>,
    events: BTreeSet<B256>,
}

impl Surface {
    fn of_json(abi: &JsonAbi) -> Self {
        Self {
            functions: abi
                .functions()
                .map(|function| function.selector())
                .collect(),
            errors: abi.errors().map(|error| error.selector()).collect(),
            events: abi.events().map(|event| event.selector()).collect(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.functions.extend(&other.functions);
        self.errors.extend(&other.errors);
        self.events.extend(&other.events);
    }

    /// What is here and not in `other`.
    fn without(&self, other: &Self) -> Self {
        Self {
            functions: self
                .functions
                .difference(&other.functions)
                .copied()
                .collect(),
            errors: self.errors.difference(&other.errors).copied().collect(),
            events: self.events.difference(&other.events).copied().collect(),
        }
    }
}

fn selectors<I: SolInterface>() -> BTreeSet<FixedBytes<4>> {
    I::selectors().map(FixedBytes).collect()
}

macro_rules! surfaces {
    ($($interface:ident: $calls:ident $(, errors $errors:ident)? $(, events $events:ident)?;)*) => {
        BTreeMap::from([$((stringify!($interface), Surface {
            functions: selectors::<$interface::$calls>(),
            errors: surfaces!(@errors $interface $($errors)?),
            events: surfaces!(@events $interface $($events)?),
        })),*])
    };
    (@errors $interface:ident) => { BTreeSet::new() };
    (@errors $interface:ident $errors:ident) => { selectors::<$interface::$errors>() };
    (@events $interface:ident) => { BTreeSet::new() };
    (@events $interface:ident $events:ident) => {
        $interface::$events::SELECTORS.iter().map(B256::from).collect()
    };
}

fn interfaces() -> BTreeMap<&'static str, Surface> {
    surfaces! {
        IAdapterRunner: IAdapterRunnerCalls, errors IAdapterRunnerErrors;
        IAdapterVenue: IAdapterVenueCalls, errors IAdapterVenueErrors;
        IAssetCustody: IAssetCustodyCalls, errors IAssetCustodyErrors, events IAssetCustodyEvents;
        IAssetLedger: IAssetLedgerCalls, errors IAssetLedgerErrors, events IAssetLedgerEvents;
        IAssetRules: IAssetRulesCalls, errors IAssetRulesErrors, events IAssetRulesEvents;
        IAssetVault: IAssetVaultCalls, errors IAssetVaultErrors, events IAssetVaultEvents;
        IAtomicSwap: IAtomicSwapCalls, errors IAtomicSwapErrors, events IAtomicSwapEvents;
        IAttestationVerifier: IAttestationVerifierCalls, errors IAttestationVerifierErrors;
        IBaseTokenHolder: IBaseTokenHolderCalls, errors IBaseTokenHolderErrors;
        IBatchSettlement: IBatchSettlementCalls, errors IBatchSettlementErrors, events IBatchSettlementEvents;
        IBridgedERC1155: IBridgedERC1155Calls;
        IBridgedERC721: IBridgedERC721Calls;
        IBridgedToken: IBridgedTokenCalls, errors IBridgedTokenErrors;
        IChainRegistry: IChainRegistryCalls, errors IChainRegistryErrors, events IChainRegistryEvents;
        IERC7943: IERC7943Calls;
        IERC7943MultiToken: IERC7943MultiTokenCalls;
        IImplementer: IImplementerCalls;
        IIndirectSender: IIndirectSenderCalls;
        IInteropCenter: IInteropCenterCalls, errors IInteropCenterErrors, events IInteropCenterEvents;
        IInteropHandler: IInteropHandlerCalls, errors IInteropHandlerErrors, events IInteropHandlerEvents;
        IInteropRootStorage: IInteropRootStorageCalls, errors IInteropRootStorageErrors, events IInteropRootStorageEvents;
        IMessageOutbox: IMessageOutboxCalls, errors IMessageOutboxErrors, events IMessageOutboxEvents;
        IMessageRoot: IMessageRootCalls, errors IMessageRootErrors, events IMessageRootEvents;
        IMessageVerifier: IMessageVerifierCalls, errors IMessageVerifierErrors, events IMessageVerifierEvents;
        IOperationFilter: IOperationFilterCalls;
        IPoolVenue: IPoolVenueCalls, errors IPoolVenueErrors, events IPoolVenueEvents;
        IPriorityInbox: IPriorityInboxCalls, errors IPriorityInboxErrors, events IPriorityInboxEvents;
        IPriorityQueue: IPriorityQueueCalls, errors IPriorityQueueErrors, events IPriorityQueueEvents;
        IQuoteVenue: IQuoteVenueCalls, errors IQuoteVenueErrors, events IQuoteVenueEvents;
        IRepresentations: IRepresentationsCalls;
        ISharedBridge: ISharedBridgeCalls, errors ISharedBridgeErrors, events ISharedBridgeEvents;
        ISwapDeployer: ISwapDeployerCalls, errors ISwapDeployerErrors;
        ISwapRegistry: ISwapRegistryCalls, errors ISwapRegistryErrors, events ISwapRegistryEvents;
        ISwapVenue: ISwapVenueCalls;
        ITradeVenue: ITradeVenueCalls, errors ITradeVenueErrors, events ITradeVenueEvents;
        IVerifier: IVerifierCalls;
        IVerifierRegistry: IVerifierRegistryCalls, errors IVerifierRegistryErrors, events IVerifierRegistryEvents;
        IVersioned: IVersionedCalls;
    }
}

fn standards() -> BTreeMap<&'static str, Surface> {
    surfaces! {
        IAccessManaged: IAccessManagedCalls, errors IAccessManagedErrors, events IAccessManagedEvents;
        IAccessManager: IAccessManagerCalls, errors IAccessManagerErrors, events IAccessManagerEvents;
        IERC165: IERC165Calls;
        IERC20: IERC20Calls, errors IERC20Errors, events IERC20Events;
        IERC721: IERC721Calls, errors IERC721Errors, events IERC721Events;
        IERC1155: IERC1155Calls, errors IERC1155Errors, events IERC1155Events;
        IERC7786Recipient: IERC7786RecipientCalls;
    }
}

/// Errors that stand outside of the interfaces.
fn free_errors() -> Surface {
    let errors = [
        InclusionProofDirtyMetadata::SELECTOR,
        InclusionProofEmptyLeaf::SELECTOR,
        InclusionProofFinalWithBatchPart::SELECTOR,
        InclusionProofIndexOutOfRange::SELECTOR,
        InclusionProofUnknownVersion::SELECTOR,
        InclusionProofWrongHops::SELECTOR,
        InclusionProofWrongLength::SELECTOR,
        InclusionProofWrongLogLength::SELECTOR,
        InclusionProofWrongTransaction::SELECTOR,
        InclusionProofZeroBatchRoot::SELECTOR,
        AssetTransferDoesNotFit::SELECTOR,
        CodeStoreFailed::SELECTOR,
    ];
    Surface {
        errors: errors.into_iter().map(FixedBytes).collect(),
        ..Surface::default()
    }
}

/// What OpenZeppelin's contracts and libraries add to the ABI of a contract that uses them, and what only the creator of a
/// proxy calls.
const FROM_OPENZEPPELIN: &[&str] = &[
    "AddressEmptyCode",
    "FailedCall",
    "FailedDeployment",
    "InsufficientBalance",
    "onERC721Received",
    "EIP712DomainChanged",
    "InvalidShortString",
    "StringTooLong",
    "SafeCastOverflowedUintDowncast",
    "eip712Domain",
    "BatchMetadataUpdate",
    "ECDSAInvalidSignature",
    "ECDSAInvalidSignatureLength",
    "ECDSAInvalidSignatureS",
    "Initialized",
    "InvalidInitialization",
    "MetadataUpdate",
    "NotInitializing",
    "initialize",
    "ReentrancyGuardReentrantCall",
    "onERC1155BatchReceived",
    "onERC1155Received",
];

fn snapshots(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../snapshots")
        .join(folder)
}

fn compiled() -> BTreeMap<String, JsonAbi> {
    let files = fs::read_dir(snapshots("abi")).expect("make bindings has written snapshots/abi");
    let compiled: BTreeMap<_, _> = files
        .map(|file| file.expect("a readable folder").path())
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a file name")
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).expect("a readable file");
            (name, serde_json::from_str(&text).expect("an ABI"))
        })
        .collect();
    assert!(
        compiled.len() > 20,
        "snapshots/abi holds {} contracts",
        compiled.len()
    );
    compiled
}

#[test]
fn interfaces_are_those_that_the_compiler_saw() {
    let compiled = compiled();
    let known = interfaces();
    for (name, surface) in &known {
        assert_eq!(*surface, Surface::of_json(&compiled[*name]), "{name}");
    }
    let is_interface = |name: &&String| {
        name.starts_with('I') && name.chars().nth(1).is_some_and(char::is_uppercase)
    };
    let names: BTreeSet<_> = compiled
        .keys()
        .filter(is_interface)
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        known.keys().copied().collect(),
        "every interface has its bindings"
    );
}

#[test]
fn access_manager_is_as_written_by_hand() {
    let manager = Surface::of_json(&compiled()["AccessManager"]);
    assert_eq!(
        standards()["IAccessManager"].without(&manager),
        Surface::default()
    );
}

#[test]
fn no_contract_says_anything_that_the_bindings_do_not_know() {
    let mut known = free_errors();
    interfaces()
        .values()
        .chain(standards().values())
        .for_each(|surface| known.add(surface));
    for (name, mut abi) in compiled()
        .into_iter()
        .filter(|(name, _)| name != "AccessManager")
    {
        for foreign in FROM_OPENZEPPELIN {
            abi.functions.remove(*foreign);
            abi.errors.remove(*foreign);
            abi.events.remove(*foreign);
        }
        assert_eq!(
            Surface::of_json(&abi).without(&known),
            Surface::default(),
            "{name}"
        );
    }
}

#[test]
fn revert_data_of_every_error_is_described() {
    for (name, abi) in compiled()
        .into_iter()
        .filter(|(name, _)| name != "AccessManager")
    {
        for error in abi
            .errors()
            .filter(|error| !FROM_OPENZEPPELIN.contains(&error.name.as_str()))
        {
            // Zeros decode as arguments of any type: a dynamic one has its length in the word that its offset leads to.
            let data = [error.selector().as_slice(), &[0; 32 * 8]].concat();
            let described = describe_revert(&data);
            let expected = match error.name.as_str() {
                "InteropHandlerCallReverted" => "call 0 reverted",
                "AtomicSwapVenueReverted" => "the venue reverted",
                "AdapterRunnerCallFailed" => "its call of 0x",
                other => other,
            };
            assert!(
                described.starts_with(expected),
                "{name}: {} is described as {described}",
                error.name
            );
        }
    }
}

#[test]
fn bytecode_of_every_contract_is_hexadecimal() {
    for file in
        fs::read_dir(snapshots("bytecode")).expect("make bindings has written snapshots/bytecode")
    {
        let path = file.expect("a readable folder").path();
        let code = fs::read_to_string(&path).expect("a readable file");
        assert!(
            hex::decode(code.trim_end()).is_ok_and(|code| code.len() > 100),
            "{}",
            path.display()
        );
    }
}
