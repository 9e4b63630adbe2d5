//! Operations that L1 asks a chain for.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::Provider,
    sol_types::{SolError, SolValue},
};
use causeway_bindings::{
    Batch, IBatchSettlement, IPriorityInbox, IPriorityQueue, PriorityOperation,
};
use causeway_e2e::{devnet::Devnet, recipient::Recipient, relayer::Relayer, wait::until};
use eyre::{OptionExt, Result, ensure};
use interop_sdk::Chain;

use crate::support::{LIMIT, devnet_with, executed_head, refusal};

const EXPIRY_SECONDS: u64 = 15;

/// Once an operation has expired, L1 takes no batch that leaves it out. Once the operator has run it, batches go on.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_operation_stops_commits_until_it_is_consumed() -> Result<()> {
    let devnet = devnet_with(
        2,
        "none",
        vec![format!("--priority-expiry-seconds={EXPIRY_SECONDS}")],
    )
    .await?;
    let network = devnet.network();
    let a = devnet.chain("a")?;
    let settlement = network.l1_contracts().settlement;
    let operator = devnet.signer("operator-1")?.address();
    let mut operators = Relayer::new(&devnet, "operator", 0, Ok)?;
    operators.start_and_wait().await?;
    until(
        "the deposit that backs the genesis is run",
        LIMIT,
        async || Ok(executed_head(network, &a).await?.priorityOpsConsumed == 1),
    )
    .await?;
    operators.stop().await?;
    ensure!(
        commits(&devnet, &a).await?,
        "L1 takes a batch while the queue is empty"
    );

    // What comes from L1, the inbox of the chain hands over.
    let inbox = a.contracts()?.inbox;
    let target = Recipient::deploy(inbox, devnet.wallet("bob", a.id())?).await?;
    let operation = request_operation(&devnet, &a, target.address()).await?;
    let expires_at = operation.expiresAt;
    ensure!(
        commits(&devnet, &a).await?,
        "L1 takes a batch without the operation while it has time"
    );

    until("the operation expires", LIMIT, async || {
        Ok(l1_time(&devnet).await? > expires_at)
    })
    .await?;
    let refused = refusal(
        network.l1_provider(),
        operator,
        settlement,
        &commit(&devnet, &a).await?,
    )
    .await?;
    let expected = IPriorityQueue::PriorityQueueExpired {
        nonce: U256::ONE,
        expiresAt: U256::from(expires_at),
    };
    ensure!(
        refused == expected.abi_encode(),
        "L1 refuses for another reason: {refused}"
    );

    operators.start_and_wait().await?;
    until("the operation is run", LIMIT, async || {
        let inbox = IPriorityInbox::new(a.contracts()?.inbox, a.provider()?);
        Ok(inbox.processedCount().call().await? == U256::from(2))
    })
    .await?;
    until("L1 knows that it was run", LIMIT, async || {
        Ok(executed_head(network, &a).await?.priorityOpsConsumed == 2)
    })
    .await?;
    let id = keccak256(operation.abi_encode());
    ensure!(
        target.times_received(id).await? == U256::ONE,
        "the operation had no effect"
    );
    until("L1 takes batches again", LIMIT, async || {
        commits(&devnet, &a).await
    })
    .await?;
    operators.stop().await?;
    devnet.stop().await
}

/// Asks for an operation that calls `target`.
async fn request_operation(
    devnet: &Devnet,
    chain: &Chain,
    target: Address,
) -> Result<PriorityOperation> {
    let network = devnet.network();
    let wallet = devnet.wallet("alice", network.l1_chain_id())?;
    let queue = IPriorityQueue::new(network.l1_contracts().priority_queue, &wallet);
    let request = queue.request(
        U256::from(chain.id()),
        target,
        200_000,
        Bytes::from_static(b"from L1"),
    );
    let receipt = request.send().await?.get_receipt().await?;
    let requested = receipt.decoded_log::<IPriorityQueue::PriorityOperationRequested>();
    Ok(requested
        .ok_or_eyre("anyone may ask for an operation")?
        .data
        .operation)
}

async fn l1_time(devnet: &Devnet) -> Result<u64> {
    let block = devnet
        .network()
        .l1_provider()
        .get_block_by_number(Default::default())
        .await?;
    Ok(block.ok_or_eyre("L1 has a block")?.header.timestamp)
}

/// Whether L1 would take a batch that consumes nothing. Whether it is true is not looked at before it is proven.
async fn commits(devnet: &Devnet, chain: &Chain) -> Result<bool> {
    let call = commit(devnet, chain).await?;
    let network = devnet.network();
    let settlement =
        IBatchSettlement::new(network.l1_contracts().settlement, network.l1_provider());
    let operator = devnet.signer("operator-1")?.address();
    let outcome = settlement
        .commitBatch(call.chainId, call.batch, call.data)
        .from(operator)
        .call()
        .await;
    Ok(outcome.is_ok())
}

/// A batch of one block that follows the executed ones and consumes no operation.
async fn commit(devnet: &Devnet, chain: &Chain) -> Result<IBatchSettlement::commitBatchCall> {
    let network = devnet.network();
    let head = executed_head(network, chain).await?;
    let id = U256::from(chain.id());
    let queue = IPriorityQueue::new(network.l1_contracts().priority_queue, network.l1_provider());
    let data = Bytes::from_static(b"transactions");
    let batch = Batch {
        number: head.batchNumber + 1,
        prevStateCommitment: head.stateCommitment,
        newStateCommitment: B256::repeat_byte(1),
        firstBlock: head.lastBlock + 1,
        lastBlock: head.lastBlock + 1,
        firstTimestamp: head.lastTimestamp,
        lastTimestamp: head.lastTimestamp,
        chainBatchRoot: B256::repeat_byte(2),
        priorityOpsHash: queue
            .checkConsumption(id, head.priorityOpsConsumed)
            .call()
            .await
            .unwrap_or_default(),
        priorityOpsCount: 0,
        dependencyRootsHash: head.dependencyRootsHash,
        ledgerDeltaHash: B256::ZERO,
        swapEffectsHash: B256::ZERO,
        daCommitment: keccak256(&data),
    };
    Ok(IBatchSettlement::commitBatchCall {
        chainId: id,
        batch,
        data,
    })
}
