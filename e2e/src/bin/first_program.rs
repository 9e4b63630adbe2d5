//! The program of `docs/tutorial/first-program.md`: sends a message from chain a to chain b and follows it, then sends
//! another one and delivers it itself. Give it the path of a network file.

use std::{env, error::Error, time::Duration};

use alloy::{
    hex,
    network::TransactionBuilder,
    primitives::{Address, B256, U256},
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    sol,
};
use interop_sdk::{InteropAddress, Network, NetworkFile, Stage};

sol! {
    #[sol(rpc)]
    interface ITally {
        function total() external view returns (uint256);
        function timesReceived(bytes32 receiveId) external view returns (uint256);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).unwrap_or("network.json".to_owned());
    let file = NetworkFile::read(path)?;
    let network = Network::from_file(&file)?;
    network.check().await?;

    let alice = file.accounts.iter().find(|account| account.name == "alice");
    let alice = alice.ok_or("the network has no account alice")?.signer()?;
    let a = network.chain_named("a").ok_or("there is no chain a")?;
    let b = network.chain_named("b").ok_or("there is no chain b")?;
    let [rpc_a, rpc_b] = [&file.chains[0].rpc, &file.chains[1].rpc];
    let on_a = ProviderBuilder::new()
        .wallet(alice.clone())
        .connect(rpc_a)
        .await?;
    let on_b = ProviderBuilder::new()
        .wallet(alice.clone())
        .connect(rpc_b)
        .await?;

    // A recipient on b, which listens to the handler of its chain.
    let recipient = deploy(&on_b, b.contracts()?.handler).await?;
    let tally = ITally::new(recipient, &on_b);

    // A message: alice sends it on a, the relayer of the network delivers it on b.
    let hello = a.message((b.id(), recipient), b"hello, b".to_vec());
    println!(
        "sending takes {} gas",
        hello.quote(alice.address()).await?.gas
    );
    let sent = hello.send(&on_a).await?;
    println!("sent as {}", sent.bundle_hash());
    for stage in [Stage::Settled, Stage::Rooted, Stage::Delivered] {
        println!("{}", sent.wait(stage, LIMIT).await?);
    }
    require_once(&tally, sent.receive_ids()[0]).await?;

    // Another one, which nobody but alice may deliver: she proves it herself and hands it over.
    let own = a
        .message((b.id(), recipient), b"by my own hand".to_vec())
        .executor(InteropAddress::new(b.id(), alice.address()));
    let sent = own.send(&on_a).await?;
    sent.wait(Stage::Rooted, LIMIT).await?;
    let delivery = sent.prove().await?;
    println!(
        "proven against the root of L1 block {}",
        delivery.root().l1_block
    );
    println!("delivered: {:?}", delivery.deliver(&on_b).await?);
    require_once(&tally, sent.receive_ids()[0]).await?;

    println!(
        "the recipient has received {} messages",
        tally.total().call().await?
    );
    Ok(())
}

const LIMIT: Duration = Duration::from_secs(120);

async fn require_once<P: Provider>(
    tally: &ITally::ITallyInstance<P>,
    receive_id: B256,
) -> Result<(), Box<dyn Error>> {
    match tally.timesReceived(receive_id).call().await? {
        U256::ONE => Ok(()),
        times => Err(format!("the recipient has received it {times} times").into()),
    }
}

/// `contracts/test/mocks/TallyRecipient.sol`, compiled.
const CREATION_CODE: &str = include_str!("../../bytecode/TallyRecipient.hex");

async fn deploy(provider: &impl Provider, handler: Address) -> Result<Address, Box<dyn Error>> {
    let mut code = hex::decode(CREATION_CODE.trim())?;
    code.extend_from_slice(handler.into_word().as_slice());
    let request = TransactionRequest::default().with_deploy_code(code);
    let receipt = provider
        .send_transaction(request)
        .await?
        .get_receipt()
        .await?;
    Ok(receipt
        .contract_address
        .ok_or("the recipient is not deployed")?)
}
