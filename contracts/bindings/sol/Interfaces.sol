// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

// src/types/Assets.sol

/// @notice What a token's units are.
/// Fungible: ether and ERC-20. NonFungible: ERC-721. MultiToken: ERC-1155.
enum AssetKind {
    Fungible,
    NonFungible,
    MultiToken
}

/// @notice A token, named by where it was born. Its asset id is `keccak256(abi.encode(originChainId, 0x10004, originToken))`.
/// @param originChainId Chain that the token was born on, its home; L1 included.
/// @param originToken The token on that chain; `address(1)` for ether of L1.
struct Asset {
    uint256 originChainId;
    address originToken;
    AssetKind kind;
}

/// @notice What a representation on another chain is created with. Taken from the asset's home alone.
/// @param decimals Of a fungible token; otherwise 0. Never scaled, never changed.
/// @param issuer Account that may set limits for the asset on the other chain; 0 for none.
/// @param representation Token on the other chain that the issuer put there itself; 0 for the default one.
struct AssetMetadata {
    string name;
    string symbol;
    uint8 decimals;
    address issuer;
    address representation;
}

/// @notice What one vault tells another; the payload of its call; `AssetTransfers` says how it is spelled.
/// @param tokenId 0 for fungible tokens.
/// @param amount In units of the origin token, not 0; 1 for ERC-721. An amount of 0 with metadata announces the asset.
/// @param sender Account on the source chain that is paid if the transfer is refused for good.
/// @param metadata `abi.encode(AssetMetadata)` with the first transfer from home to a chain, else empty.
/// @param tokenUri URI of the ERC-721 or ERC-1155 token; empty otherwise.
struct AssetTransfer {
    Asset asset;
    uint256 tokenId;
    uint256 amount;
    address sender;
    address recipient;
    bytes metadata;
    string tokenUri;
}

/// @notice A chain id is above 2^64 - 1, an amount above 2^128 - 1, or the metadata longer than 2^16 - 1 bytes.
error AssetTransferDoesNotFit();

/// @notice What an account asks a vault to send.
/// @param token Token on this chain; `address(1)` for the chain's base token, whose amount comes as value.
/// @param deliverBefore Last timestamp, in seconds, at which the transfer may arrive; later it goes back. 0 for none.
struct TransferRequest {
    uint256 destinationChainId;
    address token;
    AssetKind kind;
    uint256 tokenId;
    uint256 amount;
    address recipient;
    uint256 deliverBefore;
}

/// @notice Total of what a batch moved of one asset, or of one token of it, on one route.
/// @param tokenId 0 for fungible tokens.
/// @param source Chain it comes from: the batch's own for what it sent.
/// @param destination Chain it goes to: the batch's own for what arrived.
/// @param amount In units of the origin token, not 0.
struct LedgerEntry {
    Asset asset;
    uint256 tokenId;
    uint256 source;
    uint256 destination;
    uint256 amount;
}

// src/types/Batches.sol

/// @notice How a chain makes its batches' transactions available.
/// @dev Validium: `daCommitment` is a hash nobody can check on L1. Calldata: keccak256 of the data passed along.
/// Blobs: keccak256 of the packed versioned hashes of the transaction's blobs.
enum DataAvailability {
    Validium,
    Calldata,
    Blobs
}

/// @notice What a batch claims. Together with the domain and the chain it is the batch's public input.
/// @param number Batches of a chain are numbered from 1 without gaps.
/// @param prevStateCommitment State commitment of the batch before.
/// @param newStateCommitment State commitment after the batch: for chains that the operator seals, the hash of block `lastBlock`.
/// @param chainBatchRoot Root over the batch's log tree, docs/protocol.md "Chain batch root".
/// @param priorityOpsHash Rolling hash over all priority operations the chain has consumed, this batch's included.
/// @param priorityOpsCount How many this batch consumed.
/// @param dependencyRootsHash Rolling hash over all roots the chain has imported, this batch's included.
/// @param ledgerDeltaHash `keccak256(abi.encode(uint8 1, LedgerEntry[]))` over what the batch moved between chains; 0 when
/// it moved nothing.
/// @param swapEffectsHash `keccak256(abi.encode(uint8 1, SwapEffect[]))` over what the batch did to swaps; 0 when that was
/// nothing.
struct Batch {
    uint64 number;
    bytes32 prevStateCommitment;
    bytes32 newStateCommitment;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    bytes32 chainBatchRoot;
    bytes32 priorityOpsHash;
    uint64 priorityOpsCount;
    bytes32 dependencyRootsHash;
    bytes32 ledgerDeltaHash;
    bytes32 swapEffectsHash;
    bytes32 daCommitment;
}

/// @notice Where a chain stands after a batch.
struct ChainHead {
    bytes32 stateCommitment;
    bytes32 dependencyRootsHash;
    uint64 batchNumber;
    uint64 lastBlock;
    uint64 lastTimestamp;
    uint64 priorityOpsConsumed;
}

// src/interfaces/IAdapterVenue.sol

/// @title A venue that makes one call, of whatever the order names
/// @notice The call comes from a runner, a contract that is created for this order and never used again. So neither the adapter
/// nor its runners have a right anywhere: an allowance given to the adapter is worth nothing, since it calls no contract but
/// tokens it hands on, and one that a target makes a runner give is worth nothing afterwards. The data of an order is
/// `abi.encode(AdapterCall)`. The target is allowed exactly the input for the time of the call. All of the output goes to the
/// swap contract, and what is left of the input to `leftoverTo`. What else the target may give to its caller is lost.
interface IAdapterVenue {
    /// @notice The address of the swap contract is missing.
    error AdapterVenueZeroAddress();
    /// @notice Only the swap contract may execute.
    error AdapterVenueNotSwap(address caller, address swap);
    /// @notice The target has no code, or is the swap contract or the adapter.
    error AdapterVenueBadTarget(address target);
    /// @notice The order must be executed against somebody else than the target.
    error AdapterVenueWrongCounterparty(address target, address counterparty);
    /// @notice Leftovers must go to an account that is neither the swap contract nor the adapter.
    error AdapterVenueBadLeftoverAccount(address leftoverTo);
    /// @notice Input and output are the same: what is left of one could not be told from the other.
    error AdapterVenueSameAsset(address token);
    /// @notice The input did not reach the runner in full: the token takes fees.
    error AdapterVenueNotExact(address token, uint256 amount, uint256 arrived);

    /// @return The swap contract.
    function SWAP() external view returns (address);

    /// @return What the runners are clones of.
    function RUNNER() external view returns (address);
}

// src/interfaces/IAttestationVerifier.sol

/// @title m-of-n attestation for consortium networks
/// @notice A proof is `threshold` or more 65-byte signatures (r ‖ s ‖ v) of `Attestation(bytes32 publicInput)`, EIP-712,
/// by distinct signers in ascending order of their addresses.
interface IAttestationVerifier {
    /// @notice 1 <= threshold <= number of signers.
    error AttestationVerifierBadThreshold(uint256 threshold, uint256 signers);
    /// @notice Signers must be distinct, not zero, and in ascending order.
    error AttestationVerifierUnorderedSigners(address previous, address signer);

    /// @return What a signer signs for `publicInput`.
    function attestationDigest(bytes32 publicInput) external view returns (bytes32);

    /// @return The signers, ascending.
    function signers() external view returns (address[] memory);

    /// @return How many signatures a proof needs.
    function threshold() external view returns (uint256);

    /// @return Whether the account is a signer.
    function isSigner(address account) external view returns (bool);
}

// src/interfaces/IBaseTokenHolder.sol

/// @title Holds what a chain's base token is paid from
/// @notice Funded at genesis with more than will ever be on the chain; what the vault may pay is bounded by L1's ledger.
interface IBaseTokenHolder {
    /// @notice Only the vault pays from here.
    error BaseTokenHolderNotVault(address caller, address vault);

    /// @notice Pays; the vault only. What the recipient returns is not read.
    /// @param gasLimit Gas that the recipient gets.
    /// @return paid Whether the recipient took it.
    function pay(address to, uint256 amount, uint256 gasLimit) external returns (bool paid);
}

// src/interfaces/IBridgedERC1155.sol

/// @title What the vault asks of a representation with many tokens
interface IBridgedERC1155 {
    /// @notice Mints an amount that arrived; the vault only. An empty URI changes none.
    function crosschainMint(address to, uint256 tokenId, uint256 amount, string calldata tokenUri) external;

    /// @notice Burns an amount that leaves; the vault only.
    function crosschainBurn(address from, uint256 tokenId, uint256 amount) external;
}

// src/interfaces/IBridgedERC721.sol

/// @title What the vault asks of a representation with single tokens
/// @notice ERC-7802 knows fungible tokens only; these are its two functions for ERC-721.
interface IBridgedERC721 {
    /// @notice Mints a token that arrived; the vault only. The recipient is not called. An empty URI changes none.
    function crosschainMint(address to, uint256 tokenId, string calldata tokenUri) external;

    /// @notice Burns a token that leaves; the vault only. Reverts unless `from` has it.
    function crosschainBurn(address from, uint256 tokenId) external;
}

// src/interfaces/IBridgedToken.sol

/// @title What the representations of all kinds have in common
interface IBridgedToken {
    /// @notice Only the vault mints and burns.
    error BridgedTokenNotVault(address caller, address vault);
    /// @notice The account does not have that token.
    error BridgedTokenNotOwner(address account, uint256 tokenId);

    /// @return The vault of this chain, or the shared bridge of L1.
    function VAULT() external view returns (address);
}

// src/interfaces/IERC7943.sol

/// @title What a regulated token (ERC-7943) is asked before it crosses
/// @notice The parts of the standard that this project calls. `canTransact` is what the drafts had before it was split into
/// `canSend` and `canReceive`.
interface IERC7943 {
    /// @return Whether the account may send the token.
    function canSend(address account) external view returns (bool);

    /// @return Whether the account may receive the token.
    function canReceive(address account) external view returns (bool);

    /// @return Whether the account may send and receive the token.
    function canTransact(address account) external view returns (bool);

    /// @param amountOrId Of an ERC-20 token an amount, of an ERC-721 token an id.
    /// @return Whether the transfer is allowed.
    function canTransfer(address from, address to, uint256 amountOrId) external view returns (bool);
}

// src/interfaces/IERC7943MultiToken.sol

/// @title What a regulated ERC-1155 token (ERC-7943) is asked before it crosses, beside what `IERC7943` asks
interface IERC7943MultiToken {
    /// @return Whether the transfer is allowed.
    function canTransfer(address from, address to, uint256 tokenId, uint256 amount) external view returns (bool);
}

// src/interfaces/IImplementer.sol

/// @title Creates one implementation of representations for whoever asks
/// @notice One contract has no room for the code of all three.
interface IImplementer {
    /// @param vault Whom the implementation obeys.
    function create(address vault) external returns (address implementation);
}

// src/interfaces/IIndirectSender.sol

/// @title A contract that words its own calls of other people's bundles
/// @notice Named by the call attribute `indirectCall`. What it returns crosses as its own call, so it binds nobody but the
/// contract itself.
interface IIndirectSender {
    /// @notice Words a call of a bundle, and takes what it needs for that; the interop center only.
    /// @param sender Account that sends the bundle.
    /// @param data What the sender says to this contract.
    /// @return payload Payload of the call, not empty, for the contract at this address on the destination.
    function initiateIndirectCall(uint256 destinationChainId, address sender, bytes calldata data)
        external
        payable
        returns (bytes memory payload);
}

// src/interfaces/IMessageOutbox.sol

/// @title Where a chain's messages leave it
/// @notice Emits each message and keeps one rolling hash over all leaves, so that a proof system can bind the log tree
/// of a batch to the chain's state with a single slot.
interface IMessageOutbox {
    /// @notice A message was sent. Its leaf is that of docs/protocol.md, "Log leaf".
    event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message);
    /// @notice An operation of the priority queue was consumed; its leaf tells L1 the outcome.
    event OperationStatus(bytes32 indexed operationHash, bool success);

    /// @notice The message is larger than a chain of the network is sure to take.
    error MessageOutboxMessageTooLarge(uint256 size, uint256 limit);
    /// @notice Only the priority inbox reports outcomes.
    error MessageOutboxNotInbox(address caller, address inbox);

    /// @notice Sends `message` towards L1 and every chain that imports its root.
    /// @param message At most `MAX_MESSAGE_SIZE` bytes.
    /// @return hash keccak256 of the message.
    function sendToL1(bytes calldata message) external returns (bytes32 hash);

    /// @notice Reports the outcome of a priority operation; the priority inbox only.
    function reportStatus(bytes32 operationHash, bool success) external;

    /// @return `h` after all leaves so far, `h' = keccak256(h ‖ leaf)` from 0. Unique before each message.
    function commitment() external view returns (bytes32);

    /// @return The priority inbox of this chain.
    function PRIORITY_INBOX() external view returns (address);

    /// @return Largest message, in bytes.
    function MAX_MESSAGE_SIZE() external view returns (uint256);
}

// src/interfaces/IMessageRoot.sol

/// @title The message root on L1
/// @notice One tree per chain over its batches, and one over all chains. The root after each block is kept for good.
interface IMessageRoot {
    /// @notice A chain joined the shared tree at `index`.
    event ChainAdded(uint256 indexed chainId, uint256 indexed index, bytes32 root);
    /// @notice A batch joined its chain's tree; `root` is the shared root after it.
    event BatchRootAppended(
        uint256 indexed chainId,
        uint256 indexed batchNumber,
        bytes32 chainBatchRoot,
        uint256 indexInChain,
        uint256 timestamp,
        bytes32 root
    );

    /// @notice The registry and the settlement contract are needed.
    error MessageRootZeroAddress();
    /// @notice The caller may not change the tree.
    error MessageRootNotAuthorized(address caller, address expected);
    /// @notice The chain is in the tree already.
    error MessageRootChainKnown(uint256 chainId);
    /// @notice The chain is not in the tree.
    error MessageRootChainUnknown(uint256 chainId);
    /// @notice 0 is never a batch root.
    error MessageRootZeroBatchRoot(uint256 chainId, uint256 batchNumber);

    /// @notice Adds a chain with an empty tree; the chain registry only.
    function addChain(uint256 chainId) external;

    /// @notice Appends the root of an executed batch; the settlement contract only.
    /// @param batchNumber Batches come from 1 without gaps, which the settlement contract vouches for: batch `n` is leaf
    /// `n - 1` of its chain's tree.
    function appendBatch(uint256 chainId, uint256 batchNumber, bytes32 chainBatchRoot) external;

    /// @return Whether `root` was the shared root after block `blockNumber`, whose timestamp was `timestamp`.
    function isHistoricalRoot(uint256 blockNumber, uint256 timestamp, bytes32 root) external view returns (bool);

    /// @return keccak256(abi.encode(timestamp, root)) for the root after block `blockNumber`; 0 where nothing changed in it.
    function historicalRoot(uint256 blockNumber) external view returns (bytes32);

    /// @return The shared root now.
    function root() external view returns (bytes32);

    /// @return Number of chains in the shared tree, L1 itself included.
    function chainCount() external view returns (uint256);

    /// @return Index of the chain in the shared tree.
    function chainIndex(uint256 chainId) external view returns (uint256);
}

// src/interfaces/IPoolVenue.sol

/// @title A pool of two ERC-20 tokens whose product of reserves never falls by a trade
/// @notice A venue that is open to everyone: whoever has sent the input to the pool, in the same transaction, may execute, and
/// gets the output. What stands at the pool beyond its reserves belongs to nobody: the next order may use it as its input, and
/// it moves no price. Its shares are an ERC-20 token. All divisions round in the pool's favour. Tokens that take fees
/// are refused when they come in; tokens whose balances shrink by themselves are the risk of those who add them.
interface IPoolVenue {
    /// @notice Somebody traded with the pool.
    event Traded(bytes32 indexed swapId, address indexed caller, address tokenIn, uint256 amountIn, uint256 amountOut);
    /// @notice Somebody added to the pool.
    event LiquidityAdded(address indexed from, address indexed to, uint256 amount0, uint256 amount1, uint256 shares);
    /// @notice Somebody took its part of the pool.
    event LiquidityRemoved(address indexed from, address indexed to, uint256 amount0, uint256 amount1, uint256 shares);

    /// @notice A pool is of two tokens that are there, and its fee is below 10,000 basis points.
    error PoolVenueBadPair(address token0, address token1, uint256 feeBps);
    /// @notice The order is not for this pair.
    error PoolVenueWrongPair(address tokenIn, address tokenOut);
    /// @notice The order must be executed against somebody else.
    error PoolVenueWrongCounterparty(address counterparty);
    /// @notice The deadline is over.
    error PoolVenueTooLate(uint256 deadline, uint256 timestamp);
    /// @notice The input has not been sent to the pool.
    error PoolVenueNoInput(address token, uint256 expected, uint256 sent);
    /// @notice The pool gives less than was asked for.
    error PoolVenueTooLittle(uint256 amount, uint256 minAmount);
    /// @notice The amounts make up no share.
    error PoolVenueNoShares(uint256 amount0, uint256 amount1);
    /// @notice The pool keeps no more than 2^128 - 1 of a token.
    error PoolVenueTooMuch(uint256 reserve);
    /// @notice The token moved another amount: it takes fees.
    error PoolVenueNotExact(address token, uint256 amount, uint256 moved);

    /// @notice Adds to the pool what the caller allowed it to take, in the ratio of the reserves.
    /// @param most0 Most of `TOKEN0` that is taken. The first to add sets the ratio: all of both is taken.
    /// @param least0 Least of `TOKEN0` that must be taken.
    /// @param to Who gets the shares.
    function addLiquidity(uint256 most0, uint256 most1, uint256 least0, uint256 least1, address to, uint256 deadline)
        external
        returns (uint256 amount0, uint256 amount1, uint256 shares);

    /// @notice Burns shares of the caller and pays their part of the reserves to `to`.
    /// @param least0 Least of `TOKEN0` that must be paid.
    function removeLiquidity(uint256 shares, uint256 least0, uint256 least1, address to, uint256 deadline)
        external
        returns (uint256 amount0, uint256 amount1);

    /// @return What the pool would give for `amountIn` of `tokenIn`, one of its two, now; 0 while it is empty.
    function amountOutOf(address tokenIn, uint256 amountIn) external view returns (uint256);

    /// @return reserve0 What the pool has of `TOKEN0`.
    /// @return reserve1 And of `TOKEN1`.
    function reserves() external view returns (uint256 reserve0, uint256 reserve1);

    /// @return One of the two tokens.
    function TOKEN0() external view returns (address);

    /// @return The other one.
    function TOKEN1() external view returns (address);

    /// @return What is kept of each input for those who have shares, in basis points.
    function FEE_BPS() external view returns (uint256);

    /// @return Shares that are nobody's, from the first deposit on.
    function MINIMUM_LIQUIDITY() external view returns (uint256);
}

// src/interfaces/ISwapDeployer.sol

/// @title Creates the atomic swap contracts of vaults
/// @notice Where one stands follows from what it is created with alone, so a vault knows its own before it exists, and nobody can
/// put another in its place.
/// @dev `arguments` are those of its constructor: `abi.encode(authority, vault, center, handler, l1ChainId, l1Swaps)`.
interface ISwapDeployer {
    /// @notice It stands already, or its constructor refused the arguments.
    error SwapDeployerNotCreated();

    /// @notice Creates an atomic swap contract; anyone, once for each set of arguments.
    /// @return swap Where it stands.
    function deploy(bytes calldata arguments) external returns (address swap);

    /// @return Hash that EIP-1014 makes the address of, with salt 0: what a contract is created with tells it apart already.
    function initCodeHash(bytes calldata arguments) external pure returns (bytes32);
}

// src/interfaces/IVerifier.sol

/// @title Decides whether a batch is valid
interface IVerifier {
    /// @param publicInput What the batch claims, see `IBatchSettlement.publicInput`.
    /// @param proof In the verifier's own format.
    /// @return Whether the proof shows the claim. Anything malformed answers false or reverts.
    function verify(bytes32 publicInput, bytes calldata proof) external view returns (bool);

    /// @return Commitment to the verification key or signer set; never 0, and differs between verifiers that accept
    /// different proofs.
    function keyCommitment() external view returns (bytes32);
}

// src/interfaces/IVerifierRegistry.sol

/// @title The verifiers that chains may use
/// @notice A verifier is accepted once it has shown that it accepts a good proof and refuses bad ones.
interface IVerifierRegistry {
    /// @notice The verifier may be used from now on.
    event VerifierAccepted(address indexed verifier, bytes32 indexed keyCommitment);

    /// @notice The authority is missing.
    error VerifierRegistryZeroAddress();
    /// @notice There is no code at the address.
    error VerifierRegistryNoCode(address verifier);
    /// @notice The verifier has no key of its own: the commitment is 0 or that of an empty key.
    error VerifierRegistryDefaultKey(address verifier, bytes32 keyCommitment);
    /// @notice The verifier, or another with the same key, is accepted already.
    error VerifierRegistryDuplicate(address verifier, bytes32 keyCommitment);
    /// @notice The sample proof was refused.
    error VerifierRegistrySampleRefused(address verifier);
    /// @notice The verifier accepted a proof that it must refuse; `probe` counts from 0.
    error VerifierRegistryAcceptsBadProof(address verifier, uint256 probe);

    /// @notice Accepts a verifier; governance only.
    /// @param publicInput Sample input, chosen by the caller.
    /// @param proof Proof that the verifier accepts for it. Variations of both must be refused.
    function acceptVerifier(address verifier, bytes32 publicInput, bytes calldata proof) external;

    /// @return Whether the verifier was accepted.
    function isAccepted(address verifier) external view returns (bool);
}

// src/interfaces/IVersioned.sol

/// @title A contract that says which release of the protocol it belongs to
interface IVersioned {
    /// @return The protocol version; relayers refuse to work with one they do not know.
    function version() external view returns (uint256);
}

// src/types/Messages.sol

/// @notice Only version 1 of the proof encoding is known.
error InclusionProofUnknownVersion(uint256 version);
/// @notice The metadata word has bits set that mean nothing.
error InclusionProofDirtyMetadata(bytes32 metadata);
/// @notice The path is shorter than its own metadata says, longer, or lacks a metadata word.
error InclusionProofWrongLength(uint256 expected, uint256 actual);
/// @notice The log part of a path has another number of siblings than the use at hand asks for.
error InclusionProofWrongLogLength(uint256 expected, uint256 actual);
/// @notice A path that ends in a batch or shared root has no batch part.
error InclusionProofFinalWithBatchPart(uint256 batchProofLength);
/// @notice The path ends in a batch root where it must lead on to the settlement chain, or the other way about: there
/// is exactly one hop.
error InclusionProofWrongHops();
/// @notice The index does not fit into a tree of that depth.
error InclusionProofIndexOutOfRange(uint256 index, uint256 depth);
/// @notice The empty leaf pads the log tree and is never a member.
error InclusionProofEmptyLeaf();
/// @notice The proof and the message name different transactions of the batch.
error InclusionProofWrongTransaction(uint256 expected, uint256 actual);
/// @notice 0 is never a batch root.
error InclusionProofZeroBatchRoot();

/// @notice A message as its leaf commits to it.
/// @param txNumberInBatch Position of the sending transaction in its batch; 0 for messages of the Causeway outbox.
/// @param sender Account that handed the message to the outbox.
/// @param data The message itself; its leaf holds `keccak256(data)`.
struct Message {
    uint16 txNumberInBatch;
    address sender;
    bytes data;
}

/// @notice Where a message stands in the network, and the words that prove it.
/// @param chainId Chain the message was sent on. It is folded into the root, so a proof binds its source.
/// @param batchNumber Batch of that chain that holds the message.
/// @param leafIndex Index of the message's leaf in the log tree of the batch.
/// @param txNumberInBatch See `Message`.
/// @param path Proof words in the encoding of docs/protocol.md, "Proof".
struct InclusionProof {
    uint256 chainId;
    uint256 batchNumber;
    uint256 leafIndex;
    uint16 txNumberInBatch;
    bytes32[] path;
}

/// @notice Proof that a batch root belongs to a batch, without any message of it.
/// @param path Proof words with an empty log part (`logProofLen` 0, not final).
struct BatchProof {
    uint256 chainId;
    uint256 batchNumber;
    bytes32 chainBatchRoot;
    bytes32[] path;
}

/// @notice One root of the settlement layer, as a chain imports it.
/// @param settlementChainId Chain whose message root this is.
/// @param blockNumber Block of the settlement chain after which the root held.
/// @param timestamp Timestamp of that block, in seconds.
/// @param root Root of the shared tree.
struct RootImport {
    uint256 settlementChainId;
    uint256 blockNumber;
    uint256 timestamp;
    bytes32 root;
}

// src/types/PriorityOperations.sol

/// @notice A call that L1 asks a chain to make. Its id is `keccak256(abi.encode(operation))`.
/// @param version 1: asked for by an account of L1. 2: asked for by the system, which no filter of a chain is asked about.
/// @param chainId Chain that must consume it.
/// @param nonce Position in that chain's queue, from 0.
/// @param sender Account on L1 that asked for it.
/// @param to Recipient on the chain; it is handed `data` through ERC-7786 `receiveMessage`.
/// @param gasLimit Gas the call gets.
/// @param expiresAt Timestamp, in seconds, from which the chain may not commit a batch that leaves it unconsumed.
struct PriorityOperation {
    uint8 version;
    uint256 chainId;
    uint64 nonce;
    address sender;
    address to;
    uint64 gasLimit;
    uint64 expiresAt;
    bytes data;
}

// src/types/Bundles.sol

/// @notice One call as the sender asks for it.
/// @param to Recipient: an ERC-7930 address whose chain part is empty or the bundle's destination.
/// @param data Payload handed to the recipient's `receiveMessage`.
/// @param callAttributes ERC-7786 attributes of this call.
struct InteropCallStarter {
    bytes to;
    bytes data;
    bytes[] callAttributes;
}

/// @notice One call of a bundle, as it crosses.
/// @param version 0x01: `data` is the payload. 0x02: `data` is `abi.encode(ConditionalPayload)`.
/// @param shadowAccount Always false: calls reach the recipient's `receiveMessage`.
struct InteropCall {
    bytes1 version;
    bool shadowAccount;
    address to;
    address from;
    uint256 value;
    bytes data;
}

/// @notice Payload of a version 0x02 call: the ERC-7985 conditions travel with it and are enforced by the handler.
/// A handler that does not know the version refuses the call, so the conditions cannot be dropped on the way.
/// @param minGasLimit Gas the recipient must be given at least.
/// @param deliverBefore Last timestamp, in seconds, at which the call may run; 0 for none.
/// @param deliverAfter First timestamp, in seconds, at which the call may run; 0 for none.
struct ConditionalPayload {
    uint256 minGasLimit;
    uint256 deliverBefore;
    uint256 deliverAfter;
    bytes payload;
}

/// @param executionAddress ERC-7930 address that alone may execute the bundle; empty for anyone.
/// @param unbundlerAddress ERC-7930 address that may settle the calls one by one.
/// @param useFixedFee Kept for the wire format; always false.
struct BundleAttributes {
    bytes executionAddress;
    bytes unbundlerAddress;
    bool useFixedFee;
}

/// @notice What the message `0x01 ‖ abi.encode(bundle)` carries.
/// @param interopBundleSalt Makes equal bundles differ: the outbox commitment before this message.
struct InteropBundle {
    bytes1 version;
    uint256 sourceChainId;
    uint256 destinationChainId;
    bytes32 destinationBaseTokenAssetId;
    bytes32 interopBundleSalt;
    InteropCall[] calls;
    BundleAttributes attributes;
}

/// @notice One bundle and the proof that it was sent, for delivery in a batch.
/// @param sender Interop center that sent the bundle's message on the source chain.
struct BundleDelivery {
    bytes bundle;
    address sender;
    InclusionProof proof;
}

/// @notice Unreceived -> Verified -> FullyExecuted | Unbundled. The last two never change again, save calls of an
/// unbundled bundle that are still unprocessed.
enum BundleStatus {
    Unreceived,
    Verified,
    FullyExecuted,
    Unbundled
}

/// @notice Unprocessed -> Executed | Cancelled, both final.
enum CallStatus {
    Unprocessed,
    Executed,
    Cancelled
}

// src/types/Chains.sol

/// @notice How L1 knows a chain.
/// @param operator Account that may commit, settle and revert the chain's batches.
/// @param verifier Verifier of the chain's batches, one the verifier registry has accepted.
/// @param dataAvailability How the chain publishes its transactions; fixed for good.
struct ChainConfig {
    address operator;
    address verifier;
    DataAvailability dataAvailability;
}

// src/interfaces/IAssetLedger.sol

/// @title The ledger of all assets, on L1
/// @notice For every key: `issued == sum of balances of chains other than its home + sum of pending over all routes + held`.
/// A chain whose verifier is broken can spend no more than its own balance and what is pending for it; and what is pending
/// from one chain pays for nothing that another chain says it has sent. What swaps hold is neither a balance nor pending, so
/// that only the slot of a swap can pay it out.
/// An asset's home has no balance of it: what its home sends is issued, what arrives there again is retired.
interface IAssetLedger {
    /// @notice `amount` left `source` and is on its way to `destination`.
    event AssetSent(bytes32 indexed key, uint256 indexed source, uint256 indexed destination, uint256 amount);
    /// @notice `amount` from `source` arrived at `destination`.
    event AssetArrived(bytes32 indexed key, uint256 indexed source, uint256 indexed destination, uint256 amount);
    /// @notice `amount` on its way to `destination` was refused there and is back at `source`, which is L1.
    event AssetTakenBack(bytes32 indexed key, uint256 indexed source, uint256 indexed destination, uint256 amount);
    /// @notice Swaps hold `amount` that `chainId` had.
    event AssetHeld(bytes32 indexed key, uint256 indexed chainId, uint256 amount);
    /// @notice `chainId` has `amount` that swaps held.
    event AssetReleased(bytes32 indexed key, uint256 indexed chainId, uint256 amount);

    /// @notice An address of the deployment is missing.
    error AssetLedgerZeroAddress();
    /// @notice Only the batch settlement may apply a batch.
    error AssetLedgerNotSettlement(address caller, address settlement);
    /// @notice Only the shared bridge may record what L1 itself sends and takes.
    error AssetLedgerNotBridge(address caller, address bridge);
    /// @notice Only the swap registry may record what swaps hold.
    error AssetLedgerNotSwaps(address caller, address swaps);
    /// @notice The chain spends more than it has.
    error AssetLedgerBalanceTooLow(uint256 chainId, bytes32 key, uint256 balance, uint256 amount);
    /// @notice More arrives than `source` has sent to `destination`.
    error AssetLedgerPendingTooLow(uint256 source, uint256 destination, bytes32 key, uint256 pending, uint256 amount);
    /// @notice More is released than swaps hold.
    error AssetLedgerHeldTooLow(bytes32 key, uint256 held, uint256 amount);
    /// @notice A chain reports what it sent to others, or what others sent to it, and nothing else.
    error AssetLedgerForeignEntry(uint256 chainId, uint256 source, uint256 destination);
    /// @notice An entry of amount 0 says nothing; an entry must move something.
    error AssetLedgerZeroAmount(bytes32 key);
    /// @notice The destination is neither L1 nor a chain of the network.
    error AssetLedgerUnknownChain(uint256 chainId);

    /// @notice Applies what a batch of `chainId` moved; the batch settlement only. Reverts when the chain cannot have
    /// moved that.
    function applyBatch(uint256 chainId, LedgerEntry[] calldata entries) external;

    /// @notice L1 sends to a chain; the shared bridge only.
    function recordDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice What `chainId` sent to L1 has arrived; the shared bridge only.
    function recordWithdrawal(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice A chain refused a deposit, which L1 takes back; the shared bridge only.
    function recordFailedDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice What `chainId` had, swaps hold from now on; the swap registry only. Home issues it.
    function hold(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice What swaps held, `chainId` has from now on, L1 included; the swap registry only. Home retires it.
    function release(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @return What the chain may spend, in units of the origin token. Always 0 for the asset's home.
    function balance(uint256 chainId, bytes32 key) external view returns (uint256);

    /// @return What is on its way from one chain to another, in units of the origin token.
    function pending(uint256 source, uint256 destination, bytes32 key) external view returns (uint256);

    /// @return All that is outside of the asset's home, in units of the origin token.
    function issued(bytes32 key) external view returns (uint256);

    /// @return What swaps hold, in units of the origin token.
    function held(bytes32 key) external view returns (uint256);
}

// src/interfaces/IAssetRules.sol

/// @notice Outgoing: from this chain to another. Incoming: from another to this one.
enum Direction {
    Outgoing,
    Incoming
}

/// @title What issuers decide about their assets on a chain
/// @notice Limits and pauses per token, other chain and direction, by parties that are told apart: the issuer appoints, the
/// limiter sets limits, the pauser pauses and does nothing else. While nobody is appointed, the issuer acts for both.
/// What leaves is refused; what arrives is never refused or lost: it waits.
interface IAssetRules {
    /// @notice The issuer of the token is `issuer` now.
    event IssuerSet(address indexed token, address indexed issuer);
    /// @notice `proposed` may become the issuer of the token.
    event IssuerProposed(address indexed token, address indexed proposed);
    /// @notice Who may limit and who may pause the token; 0 for the issuer.
    event PartiesAppointed(address indexed token, address limiter, address pauser);
    /// @notice At most `capacity` units pass at once, and `refillPerSecond` more each second. A capacity of 0 ends the limit.
    event RouteLimitSet(
        address indexed token,
        uint256 indexed chainId,
        Direction indexed direction,
        uint256 capacity,
        uint256 refillPerSecond
    );
    /// @notice The route is paused in both directions, or open again.
    event RoutePausedSet(address indexed token, uint256 indexed chainId, bool paused);
    /// @notice The token of this chain is to be represented by `representation` on another; 0 for the default one.
    event RepresentationNamed(address indexed token, uint256 indexed chainId, address representation);
    /// @notice The token's owner lets it stand for an asset of another chain.
    event RepresentationOffered(address indexed token, bytes32 indexed assetId);
    /// @notice What arrived waits, until `payableAt` and until the route is not paused.
    /// @param transfer The transfer, spelled as in `AssetTransfers`; needed for its release.
    event TransferHeld(
        address indexed token, uint256 indexed chainId, uint256 indexed index, uint256 payableAt, bytes transfer
    );

    /// @notice Only the vault, or on L1 the shared bridge, may do this.
    error AssetRulesNotCustody(address caller);
    /// @notice Only the token's issuer may do this.
    error AssetRulesNotIssuer(address token, address caller);
    /// @notice Only the account that the issuer has proposed may become the issuer.
    error AssetRulesNotProposed(address token, address caller);
    /// @notice Only the token's limiter sets limits.
    error AssetRulesNotLimiter(address token, address caller);
    /// @notice Only the token's pauser pauses it.
    error AssetRulesNotPauser(address token, address caller);
    /// @notice Only the token's owner may offer it.
    error AssetRulesNotOwner(address token, address caller);
    /// @notice The token is to stand for an asset of another chain, so it does not leave as one of this chain.
    error AssetRulesOffered(address token, bytes32 assetId);
    /// @notice A limit that never frees anything would keep what exceeds it for ever.
    error AssetRulesNoRefill(uint256 capacity);
    /// @notice The issuer has paused transfers of the token to that chain.
    error AssetRulesRoutePaused(address token, uint256 chainId);
    /// @notice More than `available` does not leave for that chain now.
    error AssetRulesLimitExceeded(address token, uint256 chainId, uint256 amount, uint256 available);
    /// @notice The token lets the account neither send nor receive it (ERC-7943).
    error AssetRulesCannotTransact(address token, address account);
    /// @notice The token does not allow this transfer (ERC-7943).
    error AssetRulesCannotTransfer(address token, address from, uint256 tokenId, uint256 amount);
    /// @notice No such transfer waits.
    error AssetRulesNothingHeld(address token, uint256 chainId, uint256 index);
    /// @notice The transfer waits until then.
    error AssetRulesTooEarly(uint256 payableAt, uint256 timestamp);

    // The issuer and those it appoints.

    /// @notice Proposes another issuer; the issuer only.
    function proposeIssuer(address token, address proposed) external;

    /// @notice Becomes the issuer; who was proposed only.
    function acceptIssuer(address token) external;

    /// @notice Appoints who limits and who pauses, 0 for the issuer itself; the issuer only.
    function appoint(address token, address limiter, address pauser) external;

    /// @notice Sets what may pass of the token; the limiter only. What has passed before is forgotten.
    function setRouteLimit(
        address token,
        uint256 otherChainId,
        Direction direction,
        uint256 capacity,
        uint256 refillPerSecond
    ) external;

    /// @notice Stops the token's route to and from another chain; the pauser only.
    function pauseRoute(address token, uint256 otherChainId) external;

    /// @notice Opens it again; the issuer only.
    function unpauseRoute(address token, uint256 otherChainId) external;

    /// @notice Names the token that stands for this one on another chain; the issuer only, at home. It counts from the next
    /// announcement on, where no other representation stands yet.
    function nameRepresentation(address token, uint256 otherChainId, address representation) external;

    /// @notice Lets a token of this chain stand for an asset of another; the token's owner only. Both sides have to want it.
    function offerRepresentation(address token, bytes32 assetId) external;

    /// @notice Asks a token again whether it is regulated (ERC-7943); anyone may call.
    function inspect(address token, AssetKind kind) external;

    // The custody.

    /// @notice A token of this chain is used for the first time; the custody only.
    /// @return isRuled Whether there are rules for it.
    function registerHome(address token, AssetKind kind) external returns (bool isRuled);

    /// @notice A token stands for an asset of another chain from now on; the custody only.
    /// @param issuer Its issuer as its home says; 0 for none.
    /// @return isRuled Whether there are rules for it.
    function registerForeign(address token, AssetKind kind, address issuer) external returns (bool isRuled);

    /// @notice Refuses what the rules do not let leave; the custody only.
    /// @param isLocked Whether the token moves to the custody, rather than being burned.
    function checkOutgoing(
        address token,
        AssetKind kind,
        uint256 chainId,
        uint256 tokenId,
        uint256 amount,
        address from,
        address recipient,
        bool isLocked
    ) external;

    /// @notice Counts what arrives, and keeps what has to wait; the custody only.
    /// @return isHeld Whether it has to wait.
    function takeIncoming(address token, uint256 chainId, uint256 amount, bytes calldata transfer)
        external
        returns (bool isHeld);

    /// @notice Forgets what has waited long enough; the custody only.
    function takeHeld(address token, uint256 chainId, uint256 index, bytes calldata transfer) external;

    // Views.

    /// @notice Reverts with `AssetCustodyWrongKind` unless the token is of the kind that it says it is (ERC-165); one that
    /// says nothing is fungible. So nobody who is first to name a token decides that.
    function checkKind(address token, AssetKind kind) external view;

    /// @return Who decides about the token here: whom the last issuer has made it, or whom its home names, or at home the
    /// token's owner.
    function issuerOf(address token) external view returns (address);

    /// @return What another chain is told about a token of this one: `abi.encode(AssetMetadata)`.
    function describe(address token, AssetKind kind, uint256 otherChainId) external view returns (bytes memory);

    /// @return Who was proposed as the next issuer.
    function proposedIssuer(address token) external view returns (address);

    /// @return limiter Who sets limits.
    /// @return pauser Who pauses.
    function partiesOf(address token) external view returns (address limiter, address pauser);

    /// @return Whether the token's route is paused.
    function isPaused(address token, uint256 otherChainId) external view returns (bool);

    /// @return What may pass now; the highest number where there is no limit.
    function available(address token, uint256 otherChainId, Direction direction) external view returns (uint256);

    /// @return capacity What may pass at once, in units of the token; 0 for no limit.
    /// @return refillPerSecond What may pass again each second.
    function routeLimit(address token, uint256 otherChainId, Direction direction)
        external
        view
        returns (uint256 capacity, uint256 refillPerSecond);

    /// @return Token that is to stand for this one on another chain; 0 for the default one.
    function representationOn(address token, uint256 otherChainId) external view returns (address);

    /// @return Asset that the token may stand for.
    function offeredFor(address token) external view returns (bytes32);
}

// src/interfaces/IInteropRootStorage.sol

/// @title The roots of the settlement layer that a chain has imported
/// @notice Import is optimistic: a false root cannot settle, since L1 recomputes `importsHash` from its own history when
/// the batch executes. The last `CAPACITY` roots are kept; an older message is proven against a newer root.
interface IInteropRootStorage {
    /// @notice A root was imported.
    event InteropRootImported(
        uint256 indexed settlementChainId, uint256 indexed blockNumber, uint256 timestamp, bytes32 root
    );

    /// @notice 0 is never a root.
    error InteropRootStorageZeroRoot(uint256 blockNumber);
    /// @notice Only roots of L1 are imported.
    error InteropRootStorageWrongSettlementChain(uint256 expected, uint256 actual);
    /// @notice An access manager is needed.
    error InteropRootStorageZeroAuthority();
    /// @notice The chain id of L1 is needed.
    error InteropRootStorageZeroL1ChainId();

    /// @notice Imports roots in the order given; the operator only. A root takes the place of the one whose block number
    /// is the same modulo `CAPACITY`. Block numbers need not rise: each root stands for itself, and L1 checks every one.
    function importRoots(RootImport[] calldata imports) external;

    /// @return Whether `root` is the imported and still kept root after block `blockNumber` of `settlementChainId`.
    function isImported(uint256 settlementChainId, uint256 blockNumber, bytes32 root) external view returns (bool);

    /// @return `h` over all imports, `h' = keccak256(h ‖ settlementChainId ‖ block ‖ timestamp ‖ root)` from 0.
    function importsHash() external view returns (bytes32);

    /// @return Chain id of the L1 whose roots are imported.
    function L1_CHAIN_ID() external view returns (uint256);

    /// @return How many roots are kept.
    function CAPACITY() external view returns (uint256);
}

// src/interfaces/IMessageVerifier.sol

/// @title Verifies messages of the network's chains
/// @notice On L1 against the message root's own history, on a chain against the roots it imported. A well-formed proof
/// that leads to no known root answers false; a malformed one reverts with what is wrong about it.
interface IMessageVerifier {
    /// @notice A batch root was proven once and for all; messages of the batch now verify with a final proof.
    event BatchRootRecorded(uint256 indexed chainId, uint256 indexed batchNumber, bytes32 chainBatchRoot);

    /// @notice The batch proof leads to no known root.
    error MessageVerifierUnknownRoot(uint256 settlementChainId, uint256 settlementBlock, bytes32 root);

    /// @notice Proves a batch root and keeps it. Anyone may call; recording a batch again changes nothing.
    function recordBatch(BatchProof calldata proof) external;

    /// @return Whether `message` was sent in the batch that `proof` names.
    function verifyMessage(InclusionProof calldata proof, Message calldata message) external view returns (bool);

    /// @return Whether `leaf` stands in the log tree of the batch that `proof` names.
    function verifyLeaf(InclusionProof calldata proof, bytes32 leaf) external view returns (bool);

    /// @return Root of a recorded batch, 0 for any other.
    function recordedBatchRoot(uint256 chainId, uint256 batchNumber) external view returns (bytes32);
}

// src/interfaces/IOperationFilter.sol

/// @title Which of the operations that anyone asks for through L1 a chain takes
/// @notice The operations of the system itself are not asked about.
interface IOperationFilter {
    /// @return Whether the chain takes the operation. One that it does not take is consumed as failed.
    function isAllowed(PriorityOperation calldata operation) external view returns (bool);
}

// src/interfaces/IPriorityInbox.sol

/// @title Where the operations that L1 asked for arrive on a chain
/// @notice Operations are consumed in order. One whose call fails is consumed as failed and never blocks the next.
interface IPriorityInbox {
    /// @notice `reason` holds at most the first 256 bytes of what the call returned.
    event PriorityOperationProcessed(bytes32 indexed operationHash, uint256 indexed nonce, bool success, bytes reason);

    /// @notice Operations of accounts are taken if `filter` allows them; all of them where it is 0.
    event FilterSet(address indexed filter);

    /// @notice There is no authority at address 0.
    error PriorityInboxZeroAuthority();
    /// @notice There is no chain 0.
    error PriorityInboxZeroL1ChainId();
    /// @notice The operation names another chain.
    error PriorityInboxWrongChain(uint256 expected, uint256 actual);
    /// @notice Operations must come in the order of the queue.
    error PriorityInboxWrongNonce(uint256 expected, uint256 actual);
    /// @notice The operation's format is not known here.
    error PriorityInboxUnknownVersion(uint8 version);
    /// @notice The caller is a contract, or an account with code (EIP-7702). From inside of a call to a recipient that guards
    /// against re-entry, its operation would fail.
    error PriorityInboxNested(address caller);
    /// @notice The transaction carries too little gas to give the call what the operation asks for.
    error PriorityInboxGasTooLow(uint256 required, uint256 available);

    /// @notice There is no contract at the filter's address.
    error PriorityInboxNoFilter(address filter);
    /// @notice The reason with which an operation is consumed as failed that the filter has not allowed.
    error PriorityInboxRefused(address filter);

    /// @notice Consumes the next operations of the queue; the operator only, with a transaction of an account without code. One that
    /// took room is the last: those after it are for another transaction, so that each finds room of its own.
    function processOperations(PriorityOperation[] calldata operations) external;

    /// @notice Asked by a contract that takes no more in this block. Else whoever makes blocks could have an operation fail by
    /// putting it behind a full one. Any contract may ask, for the operation that is being delivered.
    /// It costs an operation that reckons with it less than 1,500 gas each time.
    /// @return taken Whether the operation had room left: it has 16 times. `false` outside of operations.
    function takeRoom() external returns (bool taken);

    /// @notice Has `newFilter` asked about operations of version 1 from now on; 0 for none. Governance of the chain only.
    function setFilter(address newFilter) external;

    /// @return Asked about operations of version 1; 0 for none.
    function filter() external view returns (address);

    /// @return `h` over all operations consumed, `h' = keccak256(h ‖ operationHash)` from 0.
    function commitment() external view returns (bytes32);

    /// @return How many operations were consumed so far.
    function processedCount() external view returns (uint256);
}

// src/interfaces/IPriorityQueue.sol

/// @title The queues through which L1 reaches the chains
/// @notice A chain whose oldest operation is past its expiry cannot commit a batch that leaves it unconsumed, and anyone may
/// freeze it.
interface IPriorityQueue {
    /// @notice An operation joined the queue of `chainId`.
    event PriorityOperationRequested(
        uint256 indexed chainId, uint256 indexed nonce, bytes32 indexed operationHash, PriorityOperation operation
    );
    /// @notice Operations up to `head` were consumed by an executed batch.
    event PriorityOperationsConsumed(uint256 indexed chainId, uint256 head);

    /// @notice An address of the deployment is missing.
    error PriorityQueueZeroAddress();
    /// @notice Operations need time before they expire.
    error PriorityQueueZeroExpiry();
    /// @notice The chain is not registered.
    error PriorityQueueUnknownChain(uint256 chainId);
    /// @notice The gas limit is outside of what a chain takes.
    error PriorityQueueBadGasLimit(uint256 gasLimit, uint256 least, uint256 most);
    /// @notice The data is larger than a chain takes.
    error PriorityQueueDataTooLarge(uint256 size, uint256 limit);
    /// @notice Only the settlement contract consumes.
    error PriorityQueueNotSettlement(address caller, address settlement);
    /// @notice Only the swap registry asks in the network's name.
    error PriorityQueueNotSwaps(address caller, address swaps);
    /// @notice The batch claims more operations than there are; both counts are over the chain's life.
    error PriorityQueueTooFew(uint256 available, uint256 claimed);
    /// @notice The operation at `nonce` expired and the batch leaves it unconsumed.
    error PriorityQueueExpired(uint256 nonce, uint256 expiresAt);

    /// @notice Asks `chainId` to call `to` with `data` through ERC-7786 `receiveMessage`.
    /// @param gasLimit Gas the call gets, `MIN_GAS_LIMIT..=MAX_GAS_LIMIT`.
    /// @param data At most `MAX_DATA_SIZE` bytes.
    /// @return operationHash `keccak256(abi.encode(operation))`.
    function request(uint256 chainId, address to, uint64 gasLimit, bytes calldata data)
        external
        returns (bytes32 operationHash);

    /// @notice As `request`, in the network's name and with the largest gas limit: no filter of the chain is asked. The swap
    /// registry only.
    function requestSystem(uint256 chainId, address to, bytes calldata data) external returns (bytes32 operationHash);

    /// @notice Marks the first `consumed` operations as consumed; the settlement contract only, which checked them with
    /// `checkConsumption` when the batch was committed, or of a frozen chain with `rollingHash`.
    function consume(uint256 chainId, uint64 consumed) external;

    /// @notice Rolling hash after the first `consumed` operations. Reverts if there are fewer, or if the next one has
    /// expired.
    function checkConsumption(uint256 chainId, uint64 consumed) external view returns (bytes32);

    /// @return Rolling hash after the first `consumed` operations, whatever has expired. Reverts if there are fewer.
    function rollingHash(uint256 chainId, uint64 consumed) external view returns (bytes32);

    /// @return Nonce of the oldest operation that no executed batch has consumed.
    function head(uint256 chainId) external view returns (uint64);

    /// @return Nonce of the next request.
    function tail(uint256 chainId) external view returns (uint64);

    /// @return Timestamp, in seconds, at which operation `nonce` expires.
    function expiresAt(uint256 chainId, uint64 nonce) external view returns (uint64);

    /// @return Seconds from request to expiry.
    function EXPIRY() external view returns (uint64);

    /// @return Least gas limit of an operation.
    function MIN_GAS_LIMIT() external view returns (uint64);

    /// @return Largest gas limit of an operation.
    function MAX_GAS_LIMIT() external view returns (uint64);

    /// @return Largest data of an operation, in bytes.
    function MAX_DATA_SIZE() external view returns (uint256);
}

// src/interfaces/IRepresentations.sol

/// @title Creates the tokens that stand for those of other chains
/// @notice For whoever asks: what is created obeys the caller alone, and its address follows from the caller.
interface IRepresentations {
    /// @notice Creates what the tokens of a kind run at first, obeying the caller.
    function implement(AssetKind kind) external returns (address implementation);

    /// @notice Creates the token for an asset, obeying the caller, which is its beacon too. Its address follows from the
    /// caller, the asset and what the token is set up with.
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token);
}

// src/types/Swaps.sol

/// @notice What an account asks for when it locks its side of a swap.
/// @param token What it gives: a token on this chain; `address(1)` for the chain's base token, whose amount comes as value.
/// @param venue Contract on the destination that is handed the given asset and must return the wanted one.
/// @param venueData What the venue is told besides: a quote, an agreement, a call.
/// @param minReturned Least of `wanted` that must come back, in units of the origin token, not 0.
/// @param beneficiary Account on this chain that gets what comes back.
/// @param refundTo Account on this chain that gets what was given, if the swap does not happen.
/// @param l1Recipient Account on L1 that is paid instead of either if this chain stops for good.
/// @param counterparty Account on the destination that must be the venue's other party; 0 for any.
/// @param deadline Last timestamp, in seconds, at which the destination may execute.
/// @param minGas Gas that the venue must be given at least.
struct SwapTerms {
    uint256 destinationChainId;
    address token;
    AssetKind kind;
    uint256 tokenId;
    uint256 amount;
    address venue;
    bytes venueData;
    Asset wanted;
    uint256 wantedTokenId;
    uint256 minReturned;
    address beneficiary;
    address refundTo;
    address l1Recipient;
    address counterparty;
    uint64 deadline;
    uint64 minGas;
}

/// @notice What is public of a swap. Its id is `keccak256(abi.encode(SWAP_DOMAIN, header))`; the message that the source chain
/// sends is `0x01 ‖ abi.encode(header)`.
/// @param version 1.
/// @param sourceCenter Atomic swap contract on the source chain.
/// @param destinationHandler Atomic swap contract on the destination.
/// @param nonce Counts the sender's swaps on the source chain, from 0.
/// @param payloadCommitment `keccak256(abi.encode(PAYLOAD_DOMAIN, salt, payload))`.
/// @param class How the ledger learns amounts; 1 is transparent.
struct SwapHeader {
    uint8 version;
    uint256 sourceChainId;
    uint256 destinationChainId;
    address sourceCenter;
    address destinationHandler;
    address sender;
    uint64 nonce;
    bytes32 payloadCommitment;
    uint8 class;
    uint64 deadline;
    uint64 minGas;
    address refundTo;
}

/// @notice What a swap's commitment binds; `payload` is its `abi.encode`.
/// @param transfer What was locked, in the spelling of `AssetTransfers`: from the account that locked it to the venue.
struct SwapPayload {
    bytes transfer;
    address venue;
    bytes venueData;
    Asset wanted;
    uint256 wantedTokenId;
    uint256 minReturned;
    address beneficiary;
    address l1Recipient;
    address counterparty;
}

/// @notice All of a swap, as its parties know it.
/// @param salt 32 bytes from a generator of randomness, so that nobody finds the payload by trying.
/// @param payload `abi.encode(SwapPayload)`.
struct SwapPreimage {
    SwapHeader header;
    bytes32 salt;
    bytes payload;
}

/// @notice A swap on the source chain. None -> Locked -> Redeemed | Refunded | ClosedByL1. Refundable: L1 has cancelled it, and
/// nobody has been paid yet.
enum LockStatus {
    None,
    Locked,
    Refundable,
    Redeemed,
    Refunded,
    ClosedByL1
}

/// @notice A swap on its destination, and its slot on L1. On the destination `Pending` stands for unseen.
enum SwapOutcome {
    Pending,
    Executed,
    Cancelled
}

/// @notice An amount of one asset, or of one token of it.
/// @param tokenId 0 for fungible tokens.
/// @param amount In units of the origin token.
struct SwapLeg {
    Asset asset;
    uint256 tokenId;
    uint256 amount;
}

/// @notice What a batch does to a swap.
/// Opened, Redeemed and Refunded are said by the source, Executed and Cancelled by the destination. Buried: either has learned
/// what L1 decided while the chain was frozen.
enum SwapChange {
    Opened,
    Executed,
    Cancelled,
    Redeemed,
    Refunded,
    Buried
}

/// @notice One entry of a batch's report on swaps, in the order in which the chain emitted them.
/// @param leg What the chain took or gave: Opened, Executed and Refunded: what was locked. Redeemed: what came back. Otherwise
/// empty.
/// @param returned Executed: what comes back. Otherwise empty.
struct SwapEffect {
    SwapChange change;
    uint256 source;
    uint256 destination;
    bytes32 swapId;
    SwapLeg leg;
    SwapLeg returned;
}

/// @notice The slot of a swap on L1.
/// @param isKnown False until the source's batch with the lock has executed.
/// @param isClosed Whether what it held was paid out: on the source chain or, by `l1Claim`, on L1.
/// @param changedAt Timestamp, in seconds, of its last change.
/// @param isForced Whether the destination was asked through its priority queue.
/// @param heldHash `keccak256(abi.encode(SwapLeg))` of what it holds; 0 once closed.
struct SwapSlot {
    bool isKnown;
    SwapOutcome outcome;
    bool isClosed;
    bool isForced;
    uint64 destination;
    uint64 changedAt;
    bytes32 heldHash;
}

/// @notice What L1 asks of the atomic swap contract of a chain; the data of a system operation is
/// `abi.encode(SwapCommand, bytes)`.
/// Resolve: `abi.encode(uint256 source, bytes32 swapId)`, execute what is staged or cancel.
/// Execute: `abi.encode(SwapPreimage)`, execute this or cancel.
/// Refundable: `abi.encode(bytes32 swapId)`, L1 has cancelled this swap of yours.
/// Close: `abi.encode(SwapPreimage, SwapOutcome, bytes output)`, pay this swap of yours out.
/// Destination: `abi.encode(uint256 chainId, bool isFrozen)`, take no locks to that chain, or take them again.
enum SwapCommand {
    Resolve,
    Execute,
    Refundable,
    Close,
    Destination
}

/// @notice A swap that a frozen chain must treat as decided before it does anything else.
/// @param source Chain that the swap was locked on; the frozen chain is that or its destination.
struct Tombstone {
    uint256 source;
    bytes32 swapId;
}

/// @notice What a venue is asked to do. The input stands at the venue's account when it is called.
/// @param sender Who locked the input on `sourceChainId`.
/// @param counterparty Who must be the other party; 0 for any.
/// @param tokenIn Token on this chain; `address(1)` for its base token.
/// @param tokenOut As `tokenIn`.
/// @param minAmountOut Least that the caller must have afterwards.
/// @param deadline Last timestamp, in seconds, at which the swap can execute.
struct VenueOrder {
    bytes32 swapId;
    uint256 sourceChainId;
    address sender;
    address counterparty;
    address tokenIn;
    AssetKind kindIn;
    uint256 tokenIdIn;
    uint256 amountIn;
    address tokenOut;
    AssetKind kindOut;
    uint256 tokenIdOut;
    uint256 minAmountOut;
    uint64 deadline;
    bytes data;
}

/// @notice The contract that was to hold what is staged could not be created.
error CodeStoreFailed();

// src/types/Venues.sol

/// @notice An amount of a token of this chain, or of one token of it.
/// @param token `address(1)` for the chain's base token.
/// @param tokenId 0 for fungible tokens.
/// @param amount In the token's units; 1 for ERC-721.
struct VenueAsset {
    address token;
    AssetKind kind;
    uint256 tokenId;
    uint256 amount;
}

/// @notice What a bank signs, as EIP-712 typed data: it gives `amountOut` for the input, once, exactly.
/// @param takerChainId Chain that the taker must lock the input on; 0 for any.
/// @param taker Account that must lock the input; 0 for anyone.
/// @param tokenIn `address(1)` for the chain's base token.
/// @param tokenOut An ERC-20 of the bank's, which it allows the venue to take.
/// @param recipient Account that gets the input.
/// @param expiry Last timestamp, in seconds, at which the quote can be taken.
/// @param epoch The bank's epoch at the venue. The next one revokes all quotes of this one.
/// @param nonce Any number that the bank has not used.
struct Quote {
    address bank;
    uint256 takerChainId;
    address taker;
    address tokenIn;
    AssetKind kindIn;
    uint256 tokenIdIn;
    uint256 amountIn;
    address tokenOut;
    uint256 amountOut;
    address recipient;
    uint64 expiry;
    uint256 epoch;
    uint256 nonce;
}

/// @notice Whether a quote can be taken now, and if not, the first reason why.
/// Malformed: it names no recipient, or one that cannot be paid, or gives nothing. Used: taken, or cancelled by the bank.
/// Revoked: of another epoch. Unsigned: not with this signature. Unfunded: the bank lacks the tokens or the allowance.
enum QuoteStatus {
    Good,
    Malformed,
    Expired,
    Used,
    Revoked,
    Unsigned,
    Unfunded
}

/// @notice What an adapter is told: the data of its order is the `abi.encode` of this.
/// @param target Contract that turns the input into the output; it may take exactly the input from its caller.
/// @param callData What it is called with. A base token comes with the call as value.
/// @param leftoverTo Account that gets what the target leaves of the input.
struct AdapterCall {
    address target;
    bytes callData;
    address leftoverTo;
}

/// @notice Two parties' agreement: delivery versus payment. The data of the order that executes it is its `abi.encode`.
/// @param sourceChainId Chain that the initiator locks its side on.
/// @param initiator Account there.
/// @param given What the initiator gives, as it arrives on this chain.
/// @param counterparty Account on this chain that locks its side at the venue.
/// @param locked What it locks.
/// @param recipient Account on this chain that gets what the initiator gives.
/// @param deadline Last timestamp, in seconds, before which the locked side stays. No order with a later one is executed.
/// @param salt Tells agreements of the same content apart.
struct TradeAgreement {
    uint256 sourceChainId;
    address initiator;
    VenueAsset given;
    address counterparty;
    VenueAsset locked;
    address recipient;
    uint64 deadline;
    bytes32 salt;
}

/// @notice None -> Locked -> Executed | Withdrawn.
enum TradeStatus {
    None,
    Locked,
    Executed,
    Withdrawn
}

// src/interfaces/IAdapterRunner.sol

/// @title What makes the call of one order of the adapter venue
interface IAdapterRunner {
    /// @notice Only the adapter that created the runner may use it.
    error AdapterRunnerNotAdapter(address caller, address adapter);
    /// @notice The target reverted; the first bytes of why.
    error AdapterRunnerCallFailed(address target, bytes reason);
    /// @notice An account could not be paid what is its own.
    error AdapterRunnerNotPaid(address token, address to, uint256 amount);

    /// @notice Makes the call with the input, which the runner has; pays all of the output to `outputTo`, and the rest of the input
    /// to whom the call names.
    /// @param output Its amount is not looked at.
    function run(AdapterCall calldata what, VenueAsset calldata input, VenueAsset calldata output, address outputTo)
        external;
}

// src/interfaces/IAssetCustody.sol

/// @title What the vault of every chain and the shared bridge of L1 have in common
/// @notice A token is locked where it was born and minted elsewhere. What is taken is measured: a token that does not
/// move exactly what it was asked to is refused. A recipient that cannot be paid gets a claim.
interface IAssetCustody {
    /// @notice The asset is known on this chain as `token`.
    event AssetRegistered(bytes32 indexed assetId, address indexed token, Asset asset);
    /// @notice The home of the asset names a token as its representation that has not been offered for it, or is used
    /// otherwise. Once it is offered, the home has to announce the asset again; what arrives until then becomes a claim.
    event RepresentationAwaited(bytes32 indexed assetId, address indexed token);
    /// @notice Something is on its way to another chain. Operators total these events into the batch's ledger entries.
    /// @param asset Kind, chain id of the home and token: 1, 8 and 20 bytes, as `AssetTransfers` spells them.
    /// @param movement Chain id of the destination and amount: 8 and 16 bytes.
    event AssetOut(bytes29 asset, uint256 tokenId, bytes24 movement);
    /// @notice Something of what was on its way here has arrived.
    /// @param movement Chain id of the source and amount.
    event AssetIn(bytes29 asset, uint256 tokenId, bytes24 movement);
    /// @notice The recipient could not be paid, and may claim.
    event ClaimAdded(bytes32 indexed key, address indexed owner, uint256 amount);
    /// @notice A claim was paid to `to`.
    event ClaimPaid(bytes32 indexed key, address indexed owner, address to, uint256 amount);

    /// @notice New transfers are paused, or taken again.
    event PausedSet(bool paused);

    /// @notice All representations of a kind now run `implementation`.
    event RepresentationsUpgraded(AssetKind indexed kind, address implementation);

    /// @notice An address of the deployment is missing.
    error AssetCustodyZeroAddress();
    /// @notice There is no contract at the token's address.
    error AssetCustodyNoToken(address token);
    /// @notice The token does not take the permit, and has no sufficient allowance either.
    error AssetCustodyNotPermitted(address token, uint256 allowance, uint256 amount);
    /// @notice The token is at home elsewhere: it is announced from there, and cannot arrive here as a token of this chain.
    error AssetCustodyNotHome(address token);
    /// @notice The token says that it is of another kind (ERC-165), or was used before with another.
    error AssetCustodyWrongKind(address token, AssetKind expected, AssetKind actual);
    /// @notice The token moved another amount than asked; tokens that take a fee, or whose balances change, cannot cross.
    error AssetCustodyNotExact(address token, uint256 expected, uint256 moved);
    /// @notice More of an issuer's own representation is sent than has come here: what its issuer minted by itself stays.
    error AssetCustodyNotCrossed(address token, uint256 crossed, uint256 amount);
    /// @notice The token's balance here is below what is locked: its balances have shrunk, so no more of it is taken.
    error AssetCustodyShortfall(address token, uint256 locked, uint256 balance);
    /// @notice The amount is 0, above 2^128 - 1, or not 1 for an ERC-721 token.
    error AssetCustodyBadAmount(AssetKind kind, uint256 amount);
    /// @notice Only fungible tokens have no token id.
    error AssetCustodyBadTokenId(uint256 tokenId);
    /// @notice The value sent is not what the transfer takes.
    error AssetCustodyWrongValue(uint256 expected, uint256 actual);
    /// @notice The recipient is address 0.
    error AssetCustodyZeroRecipient();
    /// @notice No representation of the asset stands here yet; its home has to announce it first.
    error AssetCustodyUnknownAsset(bytes32 assetId);
    /// @notice The account given does not take the payment; name another.
    error AssetCustodyNotPaid(bytes32 key, address to, uint256 amount);
    /// @notice The delivery carries too little gas to pay the recipient.
    error AssetCustodyGasTooLow(uint256 needed, uint256 available);
    /// @notice Only the rules of this custody say which tokens have any.
    error AssetCustodyNotRules(address caller);
    /// @notice What is to be released is no transfer.
    error AssetCustodyMalformedTransfer(bytes transfer);
    /// @notice There is nothing to claim.
    error AssetCustodyNothingToClaim(bytes32 key, address owner);
    /// @notice New transfers are paused; whatever is on its way still arrives.
    error AssetCustodyPaused();

    /// @notice Pays what could not be paid when it arrived; the owner of the claim only.
    /// @param to Account that is paid.
    function claim(Asset calldata asset, uint256 tokenId, address to) external;

    /// @notice Pays what has waited because of its issuer's limits or pause, see `IAssetRules.TransferHeld`. Anyone may call.
    /// @param transfer The transfer, as it is spelled there.
    function release(uint256 sourceChainId, uint256 index, bytes calldata transfer) external;

    /// @notice Has the custody ask for a token's rules from now on; the rules only.
    function setRuled(address token) external;

    /// @notice Stops new transfers, and nothing else; pausers only.
    function pause() external;

    /// @notice Takes new transfers again; governance only.
    function unpause() external;

    /// @notice Has all representations of a kind run other code; governance only.
    function upgradeRepresentations(AssetKind kind, address newImplementation) external;

    /// @return What the representations of a kind run: the vault is their beacon.
    function sharedImplementation(AssetKind kind) external view returns (address);

    /// @return Token that stands for the asset on this chain; 0 if none does yet.
    function tokenOf(bytes32 assetId) external view returns (address);

    /// @return What issuers have decided about their assets here.
    function RULES() external view returns (IAssetRules);

    /// @return Whether the token stands for an asset of another chain.
    function isForeign(address token) external view returns (bool);

    /// @return The asset that a token of this chain stands for. A token not seen before is at home here.
    function assetOf(address token, AssetKind kind) external view returns (Asset memory);

    /// @return Amount that `owner` may claim.
    function claimable(bytes32 key, address owner) external view returns (uint256);

    /// @return Units of a fungible token of this chain that are locked because they are elsewhere, or claimed.
    function locked(address token) external view returns (uint256);
}

// src/interfaces/IAssetVault.sol

/// @title The assets of a chain
/// @notice Sends them to other chains and to L1, and receives them from there. `AssetCustody` says how they are kept.
interface IAssetVault {
    /// @notice A transfer that its chain gave up for good is on its way back to its sender.
    event TransferReturned(bytes32 indexed bundleHash, uint256 indexed callIndex);

    /// @notice Only the interop handler, the priority inbox, the interop center and the atomic swap contract may do this.
    error AssetVaultNotGateway(address caller);
    /// @notice The message is not of the vault of its chain, or of the shared bridge of L1.
    error AssetVaultWrongSender(bytes sender);
    /// @notice The message of the other vault is no transfer that this vault knows.
    error AssetVaultMalformedTransfer(bytes payload);
    /// @notice What the bundle's sender says to the vault is not `abi.encode(TransferRequest)`.
    error AssetVaultMalformedRequest(bytes data);
    /// @notice The transfer names another destination than the bundle that carries it.
    error AssetVaultWrongDestination(uint256 expected, uint256 actual);
    /// @notice A withdrawal to L1 has no deadline: it can be paid at any time.
    error AssetVaultNoDeadlineToL1(uint256 deliverBefore);
    /// @notice The call of the bundle is not a transfer of the other chain's vault to this one.
    error AssetVaultNotATransfer(bytes32 bundleHash, uint256 callIndex);
    /// @notice The transfer was not given up: only a cancelled call's assets go back.
    error AssetVaultNotCancelled(bytes32 bundleHash, uint256 callIndex);
    /// @notice The assets of the call went back before.
    error AssetVaultAlreadyReturned(bytes32 bundleHash, uint256 callIndex);
    /// @notice The block has as many transfers and locks as L1 can take of one block; the next block takes more.
    error AssetVaultBlockFull(uint256 most);

    /// @notice Sends an asset to another chain, or to L1 as a withdrawal.
    /// @return sendId ERC-7786 id of the message; for a withdrawal its hash.
    function transfer(TransferRequest calldata request) external payable returns (bytes32 sendId);

    /// @notice As `transfer`, with an ERC-2612 permit for the token.
    function transferWithPermit(TransferRequest calldata request, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (bytes32 sendId);

    /// @notice Tells another chain, or L1, what a token of this chain is called. The first transfer there does so by itself.
    function announce(address token, AssetKind kind, uint256 destinationChainId) external returns (bytes32 sendId);

    /// @notice Sends the assets of a cancelled call back to where they came from. Anyone may call.
    /// @param bundle The bundle, without the leading 0x01.
    function returnCancelled(uint256 sourceChainId, bytes calldata bundle, uint256 callIndex) external;

    /// @notice Counts a swap that is cancelled, which moves nothing, among the ends of swaps in this block. Only for the atomic swap
    /// contract.
    /// @dev Reverts with `AssetVaultBlockFull` where the block has as many as it may have.
    function countCancellation() external;

    /// @return Transfers, either way, and locks of swaps that one block may hold, and what each operation of L1 finds room for
    /// beyond it (`IPriorityInbox.takeRoom`). Deposits do not count, and ends of swaps have a bound of their own.
    function MAX_PER_BLOCK() external view returns (uint256);

    /// @return Swaps that one block may execute, cancel, redeem and refund, with the same room for each operation of L1.
    function MAX_ENDS_PER_BLOCK() external view returns (uint256);

    /// @return Holds what the chain's base token is paid from; funded at genesis.
    function BASE_TOKEN_HOLDER() external view returns (IBaseTokenHolder);

    /// @return The atomic swap contract, which takes and gives through this vault.
    function SWAP() external view returns (address);
}

// src/interfaces/IChainRegistry.sol

/// @title The chains of the network
interface IChainRegistry {
    /// @notice A chain joined, at `genesisStateCommitment` after block `genesisBlock`.
    event ChainRegistered(
        uint256 indexed chainId, ChainConfig config, bytes32 genesisStateCommitment, uint64 genesisBlock
    );
    /// @notice The operator named a successor, who has yet to accept.
    event OperatorProposed(uint256 indexed chainId, address indexed operator);
    /// @notice The chain has a new operator.
    event OperatorChanged(uint256 indexed chainId, address indexed previous, address indexed operator);
    /// @notice The chain's batches are proven to another verifier from now on.
    event VerifierChanged(uint256 indexed chainId, address indexed previous, address indexed verifier);

    /// @notice An address of the deployment is missing.
    error ChainRegistryZeroAddress();
    /// @notice The chain is registered already.
    error ChainRegistryChainKnown(uint256 chainId);
    /// @notice The chain is not registered.
    error ChainRegistryChainUnknown(uint256 chainId);
    /// @notice 0, L1's own id and what takes more than 64 bits are no chain ids here.
    error ChainRegistryBadChainId(uint256 chainId);
    /// @notice The verifier registry has not accepted this verifier.
    error ChainRegistryVerifierNotAccepted(address verifier);
    /// @notice An operator is needed.
    error ChainRegistryZeroOperator(uint256 chainId);
    /// @notice A genesis state commitment is needed.
    error ChainRegistryZeroGenesis(uint256 chainId);
    /// @notice Only the operator, or the one it proposed, may do this.
    error ChainRegistryNotOperator(uint256 chainId, address caller);

    /// @notice Adds a chain to the network; governance only.
    /// @param genesisStateCommitment State commitment that the chain's first batch builds on.
    /// @param genesisBlock Block it belongs to; the first batch starts one after it.
    /// @param genesisTimestamp Timestamp of that block, in seconds.
    function registerChain(
        uint256 chainId,
        ChainConfig calldata config,
        bytes32 genesisStateCommitment,
        uint64 genesisBlock,
        uint64 genesisTimestamp
    ) external;

    /// @notice Names the next operator, 0 for none; the operator only.
    function proposeOperator(uint256 chainId, address operator) external;

    /// @notice Takes over; the proposed operator only.
    function acceptOperator(uint256 chainId) external;

    /// @notice Moves the chain to another accepted verifier; governance only.
    function setVerifier(uint256 chainId, address verifier) external;

    /// @return The chain's configuration; reverts for an unknown chain.
    function chainConfig(uint256 chainId) external view returns (ChainConfig memory);

    /// @return Whether the chain is registered.
    function isRegistered(uint256 chainId) external view returns (bool);
}

// src/interfaces/IInteropCenter.sol

/// @title The gateway through which a chain's accounts send (ERC-7786)
interface IInteropCenter {
    /// @notice ERC-7786. One per call; for call `i` of a bundle `sendId = keccak256(bundleHash ‖ i)`, which is also the
    /// `receiveId` its recipient sees.
    event MessageSent(
        bytes32 indexed sendId, bytes sender, bytes receiver, bytes payload, uint256 value, bytes[] attributes
    );
    /// @notice A destination was opened, with the asset id of its base token, or closed with 0.
    event DestinationSet(uint256 indexed chainId, bytes32 baseTokenAssetId);

    /// @notice ERC-7786.
    error UnsupportedAttribute(bytes4 selector);
    /// @notice The same attribute stands twice.
    error InteropCenterDuplicateAttribute(bytes4 selector);
    /// @notice The attribute's argument is not one canonical ABI word or byte string, or not a valid ERC-7930 address.
    error InteropCenterMalformedAttribute(bytes attribute);
    /// @notice The destination is this chain, L1, or a chain the network does not deliver to.
    error InteropCenterUnknownDestination(uint256 chainId);
    /// @notice The recipient's chain is not the bundle's destination.
    error InteropCenterForeignRecipient(uint256 expected, uint256 actual);
    /// @notice The address is not an ERC-7930 address of an EVM chain in its one canonical spelling.
    error InteropCenterMalformedAddress(bytes interoperableAddress);
    /// @notice Messages carry no native value.
    error InteropCenterValueNotCarried(uint256 value);
    /// @notice The indirect calls of the bundle ask for another value than came along.
    error InteropCenterWrongValue(uint256 expected, uint256 actual);
    /// @notice The recipient of an indirect call gave no payload for it.
    error InteropCenterNothingWorded(uint256 callIndex, address recipient);
    /// @notice A bundle holds 1 to `MAX_CALLS` calls.
    error InteropCenterCallCount(uint256 count, uint256 limit);

    /// @notice ERC-7786: sends one message, as a bundle of one call.
    /// @param recipient ERC-7930 address of the recipient, its chain included.
    /// @param payload Handed to the recipient's `receiveMessage`.
    /// @param attributes Call and bundle attributes.
    /// @return sendId Equals the `receiveId` at the destination.
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId);

    /// @notice Sends calls that are executed together.
    /// @param destinationChain ERC-7930 address with a chain and no account.
    /// @param calls 1 to `MAX_CALLS` calls.
    /// @param bundleAttributes `executionAddress` and `unbundlerAddress`.
    /// @return bundleHash `keccak256(abi.encode(sourceChainId, bundleBytes))`.
    function sendBundle(
        bytes calldata destinationChain,
        InteropCallStarter[] calldata calls,
        bytes[] calldata bundleAttributes
    ) external payable returns (bytes32 bundleHash);

    /// @notice Opens `chainId` as a destination, or closes it; governance of the chain only.
    /// @param baseTokenAssetId Asset id of the destination's base token; 0 closes the destination.
    function setDestination(uint256 chainId, bytes32 baseTokenAssetId) external;

    /// @return Whether `sendMessage` takes the attribute.
    function supportsAttribute(bytes4 selector) external view returns (bool);

    /// @return Asset id of the base token of `chainId`, 0 where the chain is no destination.
    function destinationBaseToken(uint256 chainId) external view returns (bytes32);

    /// @return The outbox that this center sends through. The center of this project is its own outbox.
    function OUTBOX() external view returns (address);

    /// @return Most calls in one bundle.
    function MAX_CALLS() external view returns (uint256);
}

// src/interfaces/IInteropHandler.sol

/// @title Where bundles of other chains are executed
/// @notice A bundle is executed at most once, whoever submits it and however it is proven: its status hangs on the hash
/// of its content. A call that reverts reverts the whole delivery, which can be tried again.
interface IInteropHandler {
    /// @notice The bundle is proven; its calls may now be settled one by one.
    event BundleVerified(bytes32 indexed bundleHash);
    /// @notice All calls of the bundle ran.
    event BundleExecuted(bytes32 indexed bundleHash);
    /// @notice The unbundler settled calls of the bundle.
    event BundleUnbundled(bytes32 indexed bundleHash);
    /// @notice A call of an unbundled bundle was settled.
    event CallProcessed(bytes32 indexed bundleHash, uint256 indexed callIndex, CallStatus status);
    /// @notice A delivery of a batch of deliveries did not go through; the others are not affected. `reason` holds at
    /// most the first 256 bytes of the revert data.
    event DeliveryFailed(bytes32 indexed bundleHash, bytes reason);
    /// @notice Bundles of `chainId` are taken from `center` as well as from the network's constant; 0 ends that.
    event CenterOverrideSet(uint256 indexed chainId, address center);

    /// @notice There is no interop center at address 0.
    error InteropHandlerZeroCenter();
    /// @notice The proof leads to no root this chain knows.
    error InteropHandlerUnproven(bytes32 bundleHash);
    /// @notice The message was not sent by an interop center of its chain.
    error InteropHandlerWrongCenter(uint256 chainId, address sender);
    /// @notice The bundle is for another chain.
    error InteropHandlerWrongDestination(uint256 expected, uint256 actual);
    /// @notice The proof is of another chain than the bundle says it comes from.
    error InteropHandlerWrongSource(uint256 expected, uint256 actual);
    /// @notice The bundle or the call has a format that this handler does not know.
    error InteropHandlerUnknownVersion(bytes1 version);
    /// @notice The bundle is not in the one canonical ABI encoding.
    error InteropHandlerMalformedBundle(bytes32 bundleHash);
    /// @notice The data of a call of version 0x02 is not in the one canonical ABI encoding.
    error InteropHandlerMalformedCall(uint256 callIndex);
    /// @notice A bundle holds 1 to 100 calls.
    error InteropHandlerCallCount(uint256 count, uint256 limit);
    /// @notice The bundle's status does not allow this.
    error InteropHandlerWrongStatus(bytes32 bundleHash, BundleStatus status);
    /// @notice The call was settled before.
    error InteropHandlerCallSettled(bytes32 bundleHash, uint256 callIndex, CallStatus status);
    /// @notice One status per call is needed.
    error InteropHandlerStatusCount(uint256 expected, uint256 actual);
    /// @notice The bundle names another executor.
    error InteropHandlerNotExecutor(address caller, bytes executionAddress);
    /// @notice The bundle names another unbundler.
    error InteropHandlerNotUnbundler(address caller, bytes unbundlerAddress);
    /// @notice The recipient of call `callIndex` has no code on this chain.
    error InteropHandlerRecipientMissing(uint256 callIndex, address recipient);
    /// @notice The recipient of call `callIndex` reverted; `reason` holds at most 256 bytes of its revert data.
    error InteropHandlerCallReverted(uint256 callIndex, bytes reason);
    /// @notice The recipient did not return the ERC-7786 selector.
    error InteropHandlerWrongReturnValue(uint256 callIndex, bytes returned);
    /// @notice The delivery carries too little gas to give the call the `minGasLimit` it asks for.
    error InteropHandlerGasTooLow(uint256 callIndex, uint256 minGasLimit, uint256 available);
    /// @notice The call may run no later than at `deliverBefore`.
    error InteropHandlerTooLate(uint256 callIndex, uint256 deliverBefore, uint256 timestamp);
    /// @notice The call may run only from `deliverAfter` on.
    error InteropHandlerTooEarly(uint256 callIndex, uint256 deliverAfter, uint256 timestamp);
    /// @notice Every open call of the bundle may still run.
    error InteropHandlerNotExpired(bytes32 bundleHash);
    /// @notice The call carries native value, which this handler does not pay out.
    error InteropHandlerValueNotCarried(uint256 callIndex, uint256 value);
    /// @notice Only the handler calls this, on itself.
    error InteropHandlerNotSelf(address caller);

    /// @notice Proves and executes a bundle. Reverts as a whole when any call does.
    /// @param delivery The bundle (without the leading 0x01), the center that sent it, and its proof.
    function executeBundle(BundleDelivery calldata delivery) external;

    /// @notice Records batch roots, then executes bundles. A delivery that fails leaves the others in place and emits
    /// `DeliveryFailed`; one that was made before is passed over without an event. Each delivery gets an equal share of
    /// the gas left, so that none can starve those after it; what it does not use goes to them.
    function executeBundles(BatchProof[] calldata batches, BundleDelivery[] calldata deliveries) external;

    /// @notice One delivery of `executeBundles`; the handler itself only.
    function executeBundleFor(BundleDelivery calldata delivery, address executor) external;

    /// @notice Proves a bundle without executing it, so that its unbundler can settle its calls.
    function verifyBundle(BundleDelivery calldata delivery) external;

    /// @notice Settles calls of a verified bundle one by one; its unbundler only.
    /// @param sourceChainId Chain the bundle was sent on.
    /// @param bundle The bundle, without the leading 0x01.
    /// @param statuses One per call: `Executed` runs it, `Cancelled` bars it for good, `Unprocessed` leaves it.
    function unbundleBundle(uint256 sourceChainId, bytes calldata bundle, CallStatus[] calldata statuses) external;

    /// @notice Gives up a bundle of which a call can run no more because its `deliverBefore` is over: every call that is
    /// still open is cancelled for good. Anyone may call; no recipient is called.
    function cancelExpired(BundleDelivery calldata delivery) external;

    /// @notice Registers the interop center of a chain that has its own; governance of the chain only.
    function setCenterOverride(uint256 chainId, address center) external;

    /// @return Status of the bundle.
    function bundleStatus(bytes32 bundleHash) external view returns (BundleStatus);

    /// @return Status of one of its calls.
    function callStatus(bytes32 bundleHash, uint256 callIndex) external view returns (CallStatus);

    /// @notice Reads a call of a bundle. Whether the bundle was proven is another question.
    /// @param bundle The bundle, without the leading 0x01.
    /// @return from Sender of the call; 0 where there is no such call.
    /// @return to Recipient of the call.
    /// @return start Where its payload starts in `bundle`, past any conditions.
    /// @return end Where its payload ends.
    function locateCall(bytes calldata bundle, uint256 callIndex)
        external
        pure
        returns (address from, address to, uint256 start, uint256 end);

    /// @return center Interop center of a chain that has its own, 0 for any other.
    function centerOverride(uint256 chainId) external view returns (address center);

    /// @return The interop center that stands at this address on every chain of the network.
    function CENTER() external view returns (address);
}

// src/interfaces/IQuoteVenue.sol

/// @title A venue where banks stand by quotes they signed
/// @notice Pays a quote out of its bank's own tokens, by an allowance that is used for nothing else, and hands the input to whom
/// the bank named. Each quote is taken once, in full. The data of an order is `abi.encode(Quote, bytes signature)`.
/// Signatures are those of EIP-712, by a key or, for a contract, by ERC-1271.
interface IQuoteVenue {
    /// @notice A quote was taken.
    event QuoteTaken(address indexed bank, uint256 indexed nonce, bytes32 indexed swapId, bytes32 quoteHash);
    /// @notice The bank voided a nonce.
    event QuoteCancelled(address indexed bank, uint256 indexed nonce);
    /// @notice The bank revoked all quotes of earlier epochs.
    event QuotesRevoked(address indexed bank, uint256 epoch);

    /// @notice The address of the swap contract is missing.
    error QuoteVenueZeroAddress();
    /// @notice Only the swap contract may execute.
    error QuoteVenueNotSwap(address caller, address swap);
    /// @notice The quote cannot be taken.
    error QuoteVenueRefused(bytes32 quoteHash, QuoteStatus status);
    /// @notice The quote is another account's.
    error QuoteVenueNotTaker(uint256 takerChainId, address taker, uint256 sourceChainId, address sender);
    /// @notice The order must be executed against somebody else.
    error QuoteVenueWrongCounterparty(address bank, address counterparty);
    /// @notice The quote is for another input.
    error QuoteVenueWrongInput(bytes32 quoteHash);
    /// @notice The quote gives something else. It gives fungible tokens only.
    error QuoteVenueWrongOutput(bytes32 quoteHash);
    /// @notice The quote gives less than the order wants.
    error QuoteVenueTooLittle(uint256 amountOut, uint256 minAmountOut);
    /// @notice A party did not get exactly what it should: the token takes fees, or refuses the party.
    error QuoteVenueNotExact(address token, address to, uint256 amount, uint256 arrived);

    /// @notice Voids a nonce of the caller, used or not yet.
    function cancel(uint256 nonce) external;

    /// @notice Revokes every quote that the caller has signed so far.
    /// @return epoch What its quotes must name from now on.
    function revokeAll() external returns (uint256 epoch);

    /// @notice Whether the quote can be taken now, by those it is for; the first reason against it otherwise.
    function check(Quote calldata quote, bytes calldata signature) external view returns (QuoteStatus);

    /// @return What a bank signs: the EIP-712 hash of the quote under this contract's domain.
    function hashOf(Quote calldata quote) external view returns (bytes32);

    /// @return What the bank's quotes must name.
    function epochOf(address bank) external view returns (uint256);

    /// @return Whether a quote with this nonce was taken or voided.
    function isUsed(address bank, uint256 nonce) external view returns (bool);

    /// @return The swap contract.
    function SWAP() external view returns (address);
}

// src/interfaces/ISwapRegistry.sol

/// @title The registry of all swaps, on L1
/// @notice One slot a swap: unknown -> Pending -> Executed | Cancelled, then closed. The destination decides by the batch that
/// carries its receipt; L1 decides only while the destination is frozen. Swaps are told apart by the chain that locked them, so
/// that no chain can speak of another's.
interface ISwapRegistry {
    /// @notice The lock of `source` is final for L1.
    event SwapOpened(uint256 indexed source, bytes32 indexed swapId, uint256 indexed destination, SwapLeg held);
    /// @notice The destination, or L1 in its stead, has decided. `held` is what the source may pay out now.
    event SwapDecided(uint256 indexed source, bytes32 indexed swapId, SwapOutcome outcome, bytes32 heldHash, bool byL1);
    /// @notice What the slot held was paid out on `chainId`: the source, or L1.
    event SwapClosed(uint256 indexed source, bytes32 indexed swapId, uint256 chainId);
    /// @notice A chain was asked through its priority queue to resolve the swap.
    event SwapForced(uint256 indexed source, bytes32 indexed swapId, uint256 chainId, bytes32 operationHash);
    /// @notice The frozen `chainId` must bury this before it does anything else.
    event TombstonePlaced(uint256 indexed chainId, uint256 indexed index, uint256 source, bytes32 swapId);
    /// @notice How long a chain has before it can be forced, and to come back before L1 decides, in seconds.
    event SwapTimesSet(uint256 indexed chainId, uint64 forceAfter, uint64 grace);

    /// @notice An address of the deployment is missing.
    error SwapRegistryZeroAddress();
    /// @notice Only the batch settlement may apply a batch.
    error SwapRegistryNotSettlement(address caller, address settlement);
    /// @notice A chain reports what it did to swaps of which it is one end, each end its own part.
    error SwapRegistryForeignEffect(uint256 chainId, uint256 source, uint256 destination);
    /// @notice The destination is no chain of the network.
    error SwapRegistryUnknownChain(uint256 chainId);
    /// @notice The swap is open already.
    error SwapRegistryAlreadyOpen(uint256 source, bytes32 swapId);
    /// @notice L1 knows no such swap. The source's batch with the lock must execute first.
    error SwapRegistryUnknownSwap(uint256 source, bytes32 swapId);
    /// @notice The swap goes to another destination.
    error SwapRegistryWrongDestination(bytes32 swapId, uint256 expected, uint256 actual);
    /// @notice The swap is decided already.
    error SwapRegistryDecided(bytes32 swapId, SwapOutcome outcome);
    /// @notice The swap is not decided this way: `expected` is what this needs.
    error SwapRegistryWrongOutcome(bytes32 swapId, SwapOutcome expected, SwapOutcome actual);
    /// @notice The swap is not decided yet.
    error SwapRegistryUndecided(bytes32 swapId);
    /// @notice What the slot held was paid out already.
    error SwapRegistryClosed(bytes32 swapId);
    /// @notice The slot holds something else.
    error SwapRegistryWrongLeg(bytes32 swapId, bytes32 held, bytes32 given);
    /// @notice A chain that was frozen must bury what L1 decided, in order, before anything else.
    error SwapRegistryTombstonesFirst(uint256 chainId, uint256 outstanding);
    /// @notice There is no such tombstone to bury.
    error SwapRegistryNotATombstone(uint256 chainId, uint256 source, bytes32 swapId);
    /// @notice Too early: possible from `notBefore` on, in seconds.
    error SwapRegistryTooEarly(uint256 notBefore, uint256 timestamp);
    /// @notice The chain was asked already.
    error SwapRegistryAlreadyForced(bytes32 swapId);
    /// @notice The chain was told, and has not consumed it yet.
    error SwapRegistryAlreadyTold(uint256 told, uint256 about, bool isFrozen);
    /// @notice The chain is live: it decides by itself.
    error SwapRegistryNotFrozen(uint256 chainId);
    /// @notice The preimage given is not that of the swap.
    error SwapRegistryWrongPreimage(bytes32 swapId);
    /// @notice The output given is not what the slot holds; of a cancelled swap there is none.
    error SwapRegistryWrongOutput(bytes32 swapId);
    /// @notice L1 cannot pay what only its home can issue: the asset's home is the chain that stopped.
    error SwapRegistryNotBackedByL1(bytes32 swapId, uint256 home);
    /// @notice A time is outside of what is allowed, in seconds.
    error SwapRegistryBadTime(uint64 time, uint64 least, uint64 most);

    /// @notice Applies what a batch of `chainId` did to swaps, up to what they take from the ledger; the batch settlement only,
    /// before it applies the batch's ledger entries. What the chain must bury comes before anything else.
    /// @param buriesAll Whether the batch is a frozen chain's that consumes operations: then nothing may be left to bury.
    function creditBatch(uint256 chainId, SwapEffect[] calldata effects, bool buriesAll) external;

    /// @notice Takes from the ledger what swaps of the batch hold from now on; the batch settlement only, after the batch's
    /// ledger entries.
    function debitBatch(uint256 chainId, SwapEffect[] calldata effects) external;

    /// @notice Asks the destination, through its priority queue, to execute what it has at hand of the swap or to cancel it.
    /// Anyone, `forceAfter` seconds after the slot was opened, once.
    function forceResolve(uint256 source, bytes32 swapId) external returns (bytes32 operationHash);

    /// @notice As `forceResolve`, with everything the destination needs: it executes, or cancels if that fails. Publishes the
    /// swap on L1.
    function forceExecute(SwapPreimage calldata preimage) external returns (bytes32 operationHash);

    /// @notice Asks the source, through its priority queue, to pay out a decided swap. Anyone, `forceAfter` seconds after it was
    /// decided, and again once the source has consumed that and has not paid. Publishes the swap on L1.
    /// @param output Executed: what comes back, as the receipt spells it. Only what the slot holds counts of it: the chain is told
    /// that the beneficiary gets it from the atomic swap contract, without metadata or URI. Otherwise empty.
    function forceClose(SwapPreimage calldata preimage, bytes calldata output) external returns (bytes32 operationHash);

    /// @notice Cancels a swap whose destination is frozen, `grace` seconds after it was frozen. Places a tombstone there, and tells
    /// the source through its priority queue. Anyone.
    function l1Cancel(uint256 source, bytes32 swapId) external returns (bytes32 operationHash);

    /// @notice Pays out a decided swap on L1, to its `l1Recipient`, `grace` seconds after its source was frozen. Places a tombstone
    /// there. Anyone. Publishes the swap on L1.
    /// @param output Executed: what comes back, as the receipt spells it; only what the slot holds counts of it. Otherwise empty.
    function l1Claim(SwapPreimage calldata preimage, bytes calldata output) external;

    /// @notice Tells chain `told`, through its priority queue, whether chain `about` is frozen, so that it takes no locks to it.
    /// Anyone; the same again once it has consumed that.
    function tellStatus(uint256 told, uint256 about) external returns (bytes32 operationHash);

    /// @notice Sets a chain's times, within the bounds.
    function setTimes(uint256 chainId, uint64 forceAfter, uint64 grace) external;

    /// @return The slot of a swap.
    function slotOf(uint256 source, bytes32 swapId) external view returns (SwapSlot memory);

    /// @return forceAfter Seconds after which a chain can be forced.
    /// @return grace Seconds that a frozen chain has to come back.
    function timesOf(uint256 chainId) external view returns (uint64 forceAfter, uint64 grace);

    /// @return What a frozen chain must bury, in order.
    function outstandingTombstones(uint256 chainId) external view returns (Tombstone[] memory);

    /// @return Seconds that no time may be below.
    function MIN_TIME() external view returns (uint64);

    /// @return Seconds that no time may be above.
    function MAX_TIME() external view returns (uint64);
}

// src/interfaces/ISwapVenue.sol

/// @title Where the given asset of a swap becomes the wanted one
/// @notice A venue has no rights over the vault: it is handed the input, and what it returns is measured. One that reverts, or
/// returns too little, leaves everything as it was.
interface ISwapVenue {
    /// @notice Turns the input, which the venue has already, into the output, which the caller must have afterwards.
    /// @return This function's selector.
    function execute(VenueOrder calldata order) external returns (bytes4);
}

// src/interfaces/IAtomicSwap.sol

/// @title The swap of two assets over two chains: lock here, execute there, redeem here
/// @notice Stands at the same address on every chain. What leaves this contract unpaid is as it was before: a call either does
/// all of its step or nothing. Who submits a step changes nothing about it.
interface IAtomicSwap {
    /// @notice A swap was locked here. All that its parties need to go on.
    event SwapLocked(bytes32 indexed swapId, SwapHeader header, bytes32 salt, bytes payload);
    /// @notice What the batch must report: `keccak256(abi.encode(uint8 1, SwapEffect[]))` over these, in order.
    event SwapEffected(bytes32 indexed swapId, SwapEffect effect);
    /// @notice A preimage stands ready on the destination.
    event SwapStaged(bytes32 indexed swapId);
    /// @notice L1 asked for execution; it failed, and the swap was cancelled. The first bytes of why.
    event SwapForcedFailed(bytes32 indexed swapId, bytes reason);
    /// @notice L1 says whether a destination is frozen.
    event DestinationFrozen(uint256 indexed chainId, bool isFrozen);

    /// @notice An address of the deployment is missing.
    error AtomicSwapZeroAddress();
    /// @notice The destination is not open, or is this chain or L1.
    error AtomicSwapUnknownDestination(uint256 chainId);
    /// @notice L1 has frozen the destination.
    error AtomicSwapDestinationFrozen(uint256 chainId);
    /// @notice Venue, beneficiary, refund account and recipient on L1 must all be named.
    error AtomicSwapZeroAccount();
    /// @notice At least one unit must come back.
    error AtomicSwapNothingWanted();
    /// @notice The deadline must lie ahead, by no more than `MAX_DURATION`.
    error AtomicSwapBadDeadline(uint256 deadline, uint256 earliest, uint256 latest);
    /// @notice More gas than a forced execution can be given.
    error AtomicSwapTooMuchGas(uint256 minGas, uint256 most);
    /// @notice The payload is larger than a forced execution can carry.
    error AtomicSwapPayloadTooLarge(uint256 size, uint256 most);
    /// @notice The header is of another version or class, or its ends are not this contract here and on its other chain.
    error AtomicSwapWrongHeader(bytes32 swapId);
    /// @notice The payload is not the one the header commits to.
    error AtomicSwapWrongPayload(bytes32 swapId);
    /// @notice The message, or the receipt, is not proven.
    error AtomicSwapUnproven(bytes32 swapId);
    /// @notice The swap is decided here already.
    error AtomicSwapDecided(bytes32 swapId, SwapOutcome outcome);
    /// @notice The swap is not locked here, or was paid out.
    error AtomicSwapNotLocked(bytes32 swapId, LockStatus status);
    /// @notice The deadline is over: only cancelling is possible.
    error AtomicSwapTooLate(bytes32 swapId, uint256 deadline, uint256 timestamp);
    /// @notice The deadline is not over.
    error AtomicSwapNotExpired(bytes32 swapId, uint256 deadline, uint256 timestamp);
    /// @notice The transaction carries too little gas for the venue.
    error AtomicSwapGasTooLow(bytes32 swapId, uint256 required, uint256 available);
    /// @notice What was locked did not reach the venue in full.
    error AtomicSwapNotHandedOver(bytes32 swapId, uint256 amount, uint256 arrived);
    /// @notice The venue reverted; the first bytes of why.
    error AtomicSwapVenueReverted(bytes32 swapId, bytes reason);
    /// @notice The venue answered something else than `ISwapVenue` demands.
    error AtomicSwapVenueRefused(bytes32 swapId, bytes answer);
    /// @notice The venue returned too little.
    error AtomicSwapTooLittle(bytes32 swapId, uint256 least, uint256 returned);
    /// @notice The wanted asset has no token here yet.
    error AtomicSwapUnknownAsset(Asset asset);
    /// @notice The receipt says something else.
    error AtomicSwapWrongReceipt(bytes32 swapId);
    /// @notice The receipt's output is not what the swap asked for.
    error AtomicSwapWrongOutput(bytes32 swapId);
    /// @notice Only the registry on L1 may command, through the priority inbox.
    error AtomicSwapNotRegistry(address caller, bytes sender);
    /// @notice Only this contract may call this.
    error AtomicSwapNotSelf(address caller);
    /// @notice Base tokens are taken from venues only, while a swap executes.
    error AtomicSwapNotExecuting();
    /// @notice What L1 decided contradicts what is settled here: the chain was not rolled back to its last executed batch.
    error AtomicSwapCannotBury(bytes32 swapId);

    /// @notice Takes what `terms` give from the caller, who must have approved the vault for it, and sends the swap on its way.
    /// @param salt 32 bytes that nobody can guess.
    function lock(SwapTerms calldata terms, bytes32 salt) external payable returns (bytes32 swapId);

    /// @notice Executes a swap whose destination this chain is, with the proof of its message. Anyone. Reverts as a whole where
    /// any part fails; it can be tried again until the deadline.
    function execute(SwapPreimage calldata preimage, InclusionProof calldata proof) external;

    /// @notice Cancels a swap whose deadline is over, with the proof of its message. Anyone.
    function cancel(SwapHeader calldata header, InclusionProof calldata proof) external;

    /// @notice Pays the beneficiary of an executed swap, with the proof of its receipt. Anyone.
    /// @param output What comes back, as the receipt spells it.
    function redeem(SwapPreimage calldata preimage, bytes calldata output, InclusionProof calldata proof) external;

    /// @notice Gives back what was locked in a cancelled swap, with the proof of its receipt; without one where L1 has cancelled
    /// it and said so. Anyone.
    function refund(SwapPreimage calldata preimage, InclusionProof calldata proof) external;

    /// @notice Puts a preimage at hand, so that L1 can force the swap's execution without publishing it. Anyone.
    function stage(SwapPreimage calldata preimage) external;

    /// @notice Takes what L1 decided while this chain was frozen; the operator only, before anything else. The chain's batch
    /// settles with exactly the tombstones of L1.
    function bury(Tombstone[] calldata tombstones) external;

    /// @notice Executes or cancels at L1's word; this contract only. Reverts where there is too little gas to tell.
    function resolveForced(SwapPreimage calldata preimage) external;

    /// @notice What a forced execution runs; this contract only.
    function executeForced(SwapPreimage calldata preimage) external;

    /// @notice What a payment that L1 forces runs; this contract only.
    /// @param output As for `redeem`; nothing of it counts for a cancelled swap.
    function closeForced(SwapPreimage calldata preimage, SwapOutcome outcome, bytes calldata output) external;

    /// @return A swap of this chain.
    function lockStatus(bytes32 swapId) external view returns (LockStatus);

    /// @return A swap whose destination this chain is.
    function outcomeOf(uint256 source, bytes32 swapId) external view returns (SwapOutcome);

    /// @return How many swaps the account has locked here.
    function nonceOf(address sender) external view returns (uint64);

    /// @return Whether L1 has said that the chain is frozen.
    function isFrozenDestination(uint256 chainId) external view returns (bool);

    /// @return Seconds that a deadline may lie ahead.
    function MAX_DURATION() external view returns (uint256);

    /// @return Gas that a venue may demand at most.
    function MAX_MIN_GAS() external view returns (uint64);

    /// @return Bytes that a payload may have.
    function MAX_PAYLOAD() external view returns (uint256);
}

// src/interfaces/ISharedBridge.sol

/// @title The shared bridge of L1
/// @notice Keeps the assets of L1 that are on chains, mints those of chains that are on L1, and books both in the ledger.
interface ISharedBridge {
    /// @notice A deposit is in the priority queue of its chain.
    event DepositRequested(
        uint256 indexed chainId, bytes32 indexed operationHash, address indexed sender, bytes32 key, uint256 amount
    );
    /// @notice A withdrawal was proven; it is paid at once, or at `payableAt` where it exceeds the outflow limit.
    event WithdrawalFinalized(
        bytes32 indexed messageHash, uint256 indexed chainId, bytes32 key, uint256 amount, uint256 payableAt
    );
    /// @notice A deposit that its chain refused was given back.
    event DepositRecovered(bytes32 indexed operationHash, address indexed sender, bytes32 key, uint256 amount);
    /// @notice At most `capacity` units of `key` leave `chainId` at once, and `refillPerSecond` more each second. A capacity
    /// of 0 ends the limit.
    event OutflowLimitSet(uint256 indexed chainId, bytes32 indexed key, uint256 capacity, uint256 refillPerSecond);

    /// @notice The message leads to no executed batch of the chain.
    error SharedBridgeUnproven(bytes32 messageHash);
    /// @notice The withdrawal was finalized before.
    error SharedBridgeAlreadyFinalized(uint256 chainId, bytes32 messageHash);
    /// @notice The message of the vault is no transfer that this bridge knows.
    error SharedBridgeMalformedMessage(bytes32 messageHash);
    /// @notice No deposit was made with this operation, or it was recovered before.
    error SharedBridgeUnknownDeposit(bytes32 operationHash);
    /// @notice A deposit has no deadline: the priority queue sees to it that it arrives or fails.
    error SharedBridgeNoDeadline(uint256 deliverBefore);
    /// @notice A limit that never frees anything would keep what exceeds it for ever.
    error SharedBridgeNoRefill(uint256 capacity);
    /// @notice The withdrawal is delayed until then.
    error SharedBridgeTooEarly(uint256 payableAt, uint256 timestamp);
    /// @notice Only the swap registry pays swaps out here.
    error SharedBridgeNotSwaps(address caller, address swaps);

    /// @notice Sends an asset to a chain through its priority queue.
    /// @param gasLimit Gas that the delivery gets on the chain.
    /// @return operationHash Id of the priority operation.
    function deposit(TransferRequest calldata request, uint64 gasLimit) external payable returns (bytes32 operationHash);

    /// @notice As `deposit`, with an ERC-2612 permit for the token.
    function depositWithPermit(
        TransferRequest calldata request,
        uint64 gasLimit,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 operationHash);

    /// @notice Tells a chain what a token of L1 is called; anyone may call.
    function announce(address token, AssetKind kind, uint256 chainId, uint64 gasLimit)
        external
        returns (bytes32 operationHash);

    /// @notice Pays a withdrawal out, or books its delay. Anyone may call: the message says who is paid.
    /// @param message What the chain's vault sent to L1, see docs/protocol.md "Withdrawals".
    function finalizeWithdrawal(InclusionProof calldata proof, bytes calldata message) external;

    /// @notice Pays a withdrawal whose delay is over. Anyone may call.
    function releaseWithdrawal(uint256 chainId, bytes calldata message) external;

    /// @notice Gives a deposit back that its chain refused, by proof of the status log. Anyone may call.
    function claimFailedDeposit(PriorityOperation calldata operation, InclusionProof calldata proof) external;

    /// @notice Pays what a swap of a chain that stopped has held, or notes a claim; the swap registry only, which has released
    /// it in the ledger. `AssetIn` says chain 0: held by a swap. No outflow limit applies: what swaps hold has left the chain.
    /// @param text The transfer, in the spelling of `AssetTransfers`; without metadata, since no chain has said it.
    /// @param sourceChainId Chain that the swap was locked on; the rules of the asset's issuer apply to it.
    function payClaim(bytes calldata text, uint256 sourceChainId) external;

    /// @notice Sets how much of an asset may leave a chain; governance only.
    function setOutflowLimit(uint256 chainId, bytes32 key, uint256 capacity, uint256 refillPerSecond) external;

    /// @param token Fungible token of L1, or `address(1)` for ether.
    /// @return kept Units of it that stand here.
    /// @return owed Units that chains and claims can ask for. `kept >= owed` at all times.
    function solvency(address token) external view returns (uint256 kept, uint256 owed);
}

// src/interfaces/ITradeVenue.sol

/// @title A venue for delivery versus payment: both sides lock, one decision releases both
/// @notice The counterparty locks its side here before the initiator's side arrives. Executing hands each side to the other
/// party; it is possible until the agreement's deadline. After it, or once the swap that names the agreement was cancelled, the
/// counterparty is paid back. Both go by this chain's clock and state, so never both happen.
/// The data of an order is `abi.encode(TradeAgreement)`.
interface ITradeVenue {
    /// @notice The counterparty has locked its side.
    event TradeLocked(
        bytes32 indexed id, address indexed counterparty, address indexed initiator, TradeAgreement agreement
    );
    /// @notice Both sides were handed over.
    event TradeExecuted(bytes32 indexed id, bytes32 indexed swapId);
    /// @notice The counterparty was paid back.
    event TradeWithdrawn(bytes32 indexed id);
    /// @notice An account could not be paid, and can claim.
    event TradeClaimAdded(bytes32 indexed key, address indexed account, uint256 amount);
    /// @notice A claim was paid.
    event TradeClaimPaid(bytes32 indexed key, address indexed account, address to, uint256 amount);

    /// @notice The address of the swap contract is missing.
    error TradeVenueZeroAddress();
    /// @notice Only the swap contract may execute.
    error TradeVenueNotSwap(address caller, address swap);
    /// @notice Only the counterparty that the agreement names may lock.
    error TradeVenueNotCounterparty(address caller, address counterparty);
    /// @notice The agreement leaves out a party, or gives an amount that its kind of asset cannot have.
    error TradeVenueBadAgreement(bytes32 id);
    /// @notice There is no such token, or it is of another kind than the agreement says.
    error TradeVenueWrongKind(address token);
    /// @notice The agreement's deadline is over.
    error TradeVenueTooLate(bytes32 id, uint256 deadline, uint256 timestamp);
    /// @notice The agreement's deadline is not over.
    error TradeVenueNotExpired(bytes32 id, uint256 deadline, uint256 timestamp);
    /// @notice The value sent is not what is locked.
    error TradeVenueWrongValue(uint256 expected, uint256 value);
    /// @notice The token moved another amount: it takes fees, or its balances change by themselves.
    error TradeVenueNotExact(address token, uint256 amount, uint256 moved);
    /// @notice The agreement is in another state than this needs.
    error TradeVenueWrongStatus(bytes32 id, TradeStatus expected, TradeStatus actual);
    /// @notice The order's parties or assets are not those of the agreement.
    error TradeVenueWrongOrder(bytes32 id);
    /// @notice The order could be executed after the counterparty was paid back.
    error TradeVenueDeadlineTooLate(bytes32 id, uint256 deadline, uint256 orderDeadline);
    /// @notice What was locked or should have arrived is not here.
    error TradeVenueShortfall(address token, uint256 expected, uint256 held);
    /// @notice The transaction carries too little gas to pay a party.
    error TradeVenueGasTooLow(uint256 required, uint256 available);
    /// @notice The swap is not one by the agreement's initiator that names this agreement.
    error TradeVenueWrongSwap(bytes32 id, bytes32 swapId);
    /// @notice The swap has not been cancelled here.
    error TradeVenueNotCancelled(bytes32 swapId);
    /// @notice The caller has no such claim.
    error TradeVenueNothingToClaim(bytes32 key, address account);
    /// @notice A claim cannot be paid to address 0 or to the venue.
    error TradeVenueBadRecipient(address to);
    /// @notice The account does not take the payment.
    error TradeVenueNotPaid(address token, address to, uint256 amount);

    /// @notice Locks the caller's side of an agreement; it must have allowed this contract to take it, or send it as value. An
    /// agreement can be locked once.
    function lock(TradeAgreement calldata agreement) external payable returns (bytes32 id);

    /// @notice Pays the counterparty back, after the deadline. Anyone.
    function withdraw(TradeAgreement calldata agreement) external;

    /// @notice Pays the counterparty back once a swap of the initiator's that names this agreement was cancelled here. Anyone.
    function withdrawCancelled(TradeAgreement calldata agreement, SwapPreimage calldata preimage) external;

    /// @notice Pays `to` what the caller can claim.
    function claim(address token, AssetKind kind, uint256 tokenId, address to) external;

    /// @return What an agreement is known by: `keccak256(abi.encode(keccak256("Causeway.TradeAgreement.v1"), agreement))`.
    function idOf(TradeAgreement calldata agreement) external pure returns (bytes32);

    /// @return The state of an agreement.
    function statusOf(bytes32 id) external view returns (TradeStatus);

    /// @return What an account can claim of `keccak256(abi.encode(token, kind, tokenId))`.
    function claimable(bytes32 key, address account) external view returns (uint256);

    /// @return What this contract has to have of it: what is locked, and what can be claimed.
    function owed(bytes32 key) external view returns (uint256);

    /// @return The swap contract.
    function SWAP() external view returns (address);

    /// @return Gas that whoever is paid can use; who executes must bring it.
    function PAY_GAS() external view returns (uint256);
}

// src/interfaces/IBatchSettlement.sol

/// @title Settlement of the chains' batches on L1
/// @notice A batch is committed, proven and executed in order; `settleBatch` does all three in one call. Executing it
/// appends its root to the message root. What is not executed can be reverted.
/// A chain that lets an operation of its priority queue expire can be frozen. Its next batches are settled in one call, import
/// no roots and are proven to be made of system transactions only. Each consumes a part of the queue, once it has buried all
/// that L1 decided about swaps meanwhile, or consumes nothing and buries a part of that. The first that consumes and leaves
/// no expired operation brings the chain back.
interface IBatchSettlement {
    /// @notice The chain starts from `stateCommitment`.
    event ChainOpened(uint256 indexed chainId, bytes32 stateCommitment, uint64 lastBlock);
    /// @notice The batch's claims are fixed.
    event BatchCommitted(uint256 indexed chainId, uint256 indexed batchNumber, bytes32 publicInput);
    /// @notice The verifier accepted the batch.
    event BatchProven(uint256 indexed chainId, uint256 indexed batchNumber);
    /// @notice The batch is final for L1. Blocks `firstBlock..=lastBlock` of the chain are in it.
    event BatchExecuted(
        uint256 indexed chainId,
        uint256 indexed batchNumber,
        bytes32 publicInput,
        bytes32 newStateCommitment,
        uint64 firstBlock,
        uint64 lastBlock,
        bytes32 chainBatchRoot
    );
    /// @notice Batches after `lastKept` were dropped before they were executed.
    event BatchesReverted(uint256 indexed chainId, uint256 lastKept);
    /// @notice The chain let an operation of its queue expire. What follows `lastBatch` and was not executed is dropped.
    event ChainFrozen(uint256 indexed chainId, uint256 lastBatch);
    /// @notice The chain is live again, with this batch.
    event ChainUnfrozen(uint256 indexed chainId, uint256 batchNumber);

    /// @notice An address of the deployment is missing.
    error BatchSettlementZeroAddress();
    /// @notice Only the chain registry may open a chain.
    error BatchSettlementNotRegistry(address caller, address registry);
    /// @notice Only the chain's operator may do this.
    error BatchSettlementNotOperator(uint256 chainId, address caller);
    /// @notice Batches come in order, without gaps.
    error BatchSettlementWrongNumber(uint256 expected, uint256 actual);
    /// @notice The batch builds on another state than the one before it left.
    error BatchSettlementWrongState(bytes32 expected, bytes32 actual);
    /// @notice The batch must start at the block after the last one and hold at least one block.
    error BatchSettlementWrongBlocks(uint256 expectedFirst, uint256 first, uint256 last);
    /// @notice Timestamps must not run backwards, nor ahead of L1's clock by more than `MAX_CLOCK_AHEAD`.
    error BatchSettlementWrongTimestamps(uint256 earliest, uint256 latest, uint256 first, uint256 last);
    /// @notice 0 is never a batch root, nor a state commitment.
    error BatchSettlementZeroRoot(uint256 batchNumber);
    /// @notice The priority operations claimed are not those of the queue.
    error BatchSettlementWrongPriorityOps(bytes32 expected, bytes32 actual);
    /// @notice The imported roots do not lead to the hash that the batch commits to.
    error BatchSettlementWrongDependencies(bytes32 expected, bytes32 actual);
    /// @notice An imported root never was the message root after that block.
    error BatchSettlementUnknownRoot(uint256 settlementChainId, uint256 blockNumber, bytes32 root);
    /// @notice The batch commits to other data than it came with.
    error BatchSettlementWrongData(bytes32 expected, bytes32 actual);
    /// @notice The chain's data availability mode needs what is missing: a non-zero commitment, data, or a blob.
    error BatchSettlementDataMissing();
    /// @notice The chain's data availability mode takes no data along with the batch.
    error BatchSettlementDataNotTaken(uint256 size);
    /// @notice The ledger entries given are not those that the batch commits to.
    error BatchSettlementWrongLedger(bytes32 expected, bytes32 actual);
    /// @notice The swap effects given are not those that the batch commits to.
    error BatchSettlementWrongEffects(bytes32 expected, bytes32 actual);
    /// @notice The chain is frozen: it settles in one call, and imports no roots.
    error BatchSettlementFrozen(uint256 chainId);
    /// @notice Nothing at the head of the chain's queue has expired; `expiresAt` is 0 where the queue is empty.
    error BatchSettlementNotExpired(uint256 chainId, uint256 expiresAt);
    /// @notice The verifier rejects the batch.
    error BatchSettlementProofRejected(uint256 batchNumber, bytes32 publicInput);
    /// @notice The batch given is not the one committed, or none is committed under its number.
    error BatchSettlementNotCommitted(uint256 batchNumber, bytes32 expected, bytes32 actual);
    /// @notice The batch is not proven yet.
    error BatchSettlementNotProven(uint256 batchNumber, uint256 lastProven);
    /// @notice The chain moved to another verifier after the batch was proven: revert it, commit it again and prove it anew.
    error BatchSettlementVerifierChanged(uint256 batchNumber, address provenBy, address verifier);
    /// @notice An earlier batch is committed but not executed.
    error BatchSettlementPending(uint256 executed, uint256 committed);
    /// @notice There is no batch to revert: executed batches stay.
    error BatchSettlementNothingToRevert(uint256 executed);

    /// @notice Sets the state a chain starts from; the chain registry only.
    function openChain(uint256 chainId, bytes32 stateCommitment, uint64 lastBlock, uint64 lastTimestamp) external;

    /// @notice Commits, proves and executes the next batch in one call; the operator only, or anyone while the chain is frozen
    /// and is not a validium. Emits `BatchExecuted`, and `ChainUnfrozen` where the chain comes back.
    /// @param data The batch's transactions in calldata mode, else empty.
    /// @param proof What the chain's verifier takes.
    /// @param dependencies Roots that the batch imported, in order.
    /// @param ledger What the batch moved between chains: for every asset what arrived, then what was sent, by chain.
    /// @param effects What the batch did to swaps, in the order in which the chain emitted it.
    function settleBatch(
        uint256 chainId,
        Batch calldata batch,
        bytes calldata data,
        bytes calldata proof,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) external;

    /// @notice Fixes what the next batch claims; the operator only, of a chain that is not frozen.
    function commitBatch(uint256 chainId, Batch calldata batch, bytes calldata data) external;

    /// @notice Proves the next unproven batch. Anyone may call: the proof decides.
    function proveBatch(uint256 chainId, Batch calldata batch, bytes calldata proof) external;

    /// @notice Executes the next proven batch. Anyone may call.
    function executeBatch(
        uint256 chainId,
        Batch calldata batch,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) external;

    /// @notice Drops all batches that are not executed; the operator only.
    function revertBatches(uint256 chainId) external;

    /// @notice Freezes a chain whose queue has an expired operation at its head, and drops what is committed. Anyone.
    function freeze(uint256 chainId) external;

    /// @return The head after the last executed batch.
    function executedHead(uint256 chainId) external view returns (ChainHead memory);

    /// @return The head after the last committed batch.
    function committedHead(uint256 chainId) external view returns (ChainHead memory);

    /// @return Number of the last proven batch.
    function provenBatch(uint256 chainId) external view returns (uint256);

    /// @return Timestamp, in seconds, at which the chain was frozen; 0 while it is live.
    function frozenAt(uint256 chainId) external view returns (uint64);

    /// @return What the verifier is asked about `batch` of `chainId`, docs/protocol.md "Public input". Another while the chain is
    /// frozen.
    function publicInput(uint256 chainId, Batch calldata batch) external view returns (bytes32);

    /// @return Seconds that a batch's last block may be ahead of L1.
    function MAX_CLOCK_AHEAD() external view returns (uint256);
}

// src/interfaces/All.sol

// Every interface of the network in one file: the Rust bindings are generated from its flattened form, see `make bindings`.

