//! One chain in memory.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use alloy::{
    primitives::{Address, B256, Bytes, Log, TxKind, U256},
    sol_types::{SolCall, SolError, SolEvent},
};
use causeway_bindings::deployment::DETERMINISTIC_DEPLOYER;
use revm::{
    Context, ExecuteCommitEvm, ExecuteEvm, MainContext,
    context::{Evm, FrameStack, TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
    handler::{EthFrame, EthPrecompiles, instructions::EthInstructions},
    primitives::{eip7825::TX_GAS_LIMIT_CAP, hardfork::SpecId},
    state::AccountInfo,
};

/// Time between two blocks, in seconds.
const BLOCK_TIME: u64 = 1;

/// A chain without consensus, fees or nonces. A clone goes its own way.
#[derive(Clone, Debug)]
pub struct Node {
    chain_id: u64,
    /// Number of the block that calls run in.
    pub block: u64,
    /// Timestamp of that block, in seconds.
    pub timestamp: u64,
    state: CacheDB<EmptyDB>,
    revision: u64,
}

static REVISIONS: AtomicU64 = AtomicU64::new(0);

/// What a call did.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// What it returned.
    pub value: T,
    /// What it emitted.
    pub logs: Vec<Log>,
    /// Gas it used, that of the transaction included.
    pub gas: u64,
}

impl<T> Done<T> {
    /// The events of one kind.
    pub fn events<E: SolEvent>(&self) -> impl Iterator<Item = E> {
        self.logs
            .iter()
            .filter_map(|log| E::decode_log(log).ok())
            .map(|log| log.data)
    }
}

/// A call that changed nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Refused(pub Bytes);

impl Refused {
    /// Whether it was for that reason, arguments included.
    pub fn is<E: SolError>(&self, error: &E) -> bool {
        self.0 == error.abi_encode()
    }

    /// The reason's arguments, if it is of that kind.
    pub fn reason<E: SolError>(&self) -> Option<E> {
        E::abi_decode(&self.0).ok()
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", causeway_bindings::describe_revert(&self.0))
    }
}

impl Node {
    /// An empty chain.
    pub fn new(chain_id: u64, timestamp: u64) -> Self {
        Self {
            chain_id,
            block: 1,
            timestamp,
            state: CacheDB::default(),
            revision: 0,
        }
    }

    /// Chain id.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Names what stands on the chain: two chains of one revision have the same contracts in the same state.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Ends the block.
    pub fn next_block(&mut self) {
        self.block += 1;
        self.timestamp += BLOCK_TIME;
    }

    /// Gives an account ether.
    pub fn endow(&mut self, account: Address, amount: U256) {
        let mut info = self.info(account);
        info.balance += amount;
        self.state.insert_account_info(account, info);
    }

    /// Ether of an account.
    pub fn balance(&mut self, account: Address) -> U256 {
        self.info(account).balance
    }

    /// Creates a contract as an account's first transactions do, and says where.
    ///
    /// # Errors
    /// What the constructor says.
    pub fn create(&mut self, from: Address, init_code: Bytes) -> Result<Done<Address>, Refused> {
        let nonce = self.info(from).nonce;
        let done = self.transact(from, TxKind::Create, U256::ZERO, init_code)?;
        Ok(Done {
            value: from.create(nonce),
            logs: done.logs,
            gas: done.gas,
        })
    }

    /// Creates a contract as the deterministic deployment proxy does.
    ///
    /// # Errors
    /// What the constructor says.
    pub fn create_at(&mut self, salt: B256, init_code: &Bytes) -> Result<Done<Bytes>, Refused> {
        let input = [salt.as_slice(), init_code].concat().into();
        self.send(Address::ZERO, DETERMINISTIC_DEPLOYER, input)
    }

    /// Puts code at an address.
    pub fn place(&mut self, at: Address, code: Bytes) {
        let mut info = self.info(at);
        let code = revm::bytecode::Bytecode::new_raw(code);
        info.code_hash = code.hash_slow();
        info.code = Some(code);
        self.state.insert_account_info(at, info);
    }

    /// Calls a contract in a transaction of its own.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn call<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Done<C::Return>, Refused> {
        self.pay(from, to, U256::ZERO, call)
    }

    /// As [`call`](Self::call), with ether.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn pay<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
        call: &C,
    ) -> Result<Done<C::Return>, Refused> {
        let done = self.transact(from, TxKind::Call(to), value, call.abi_encode().into())?;
        Ok(Done {
            value: C::abi_decode_returns(&done.value).expect("what the interface says"),
            logs: done.logs,
            gas: done.gas,
        })
    }

    /// Sends a transaction as it is.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn send(
        &mut self,
        from: Address,
        to: Address,
        input: Bytes,
    ) -> Result<Done<Bytes>, Refused> {
        self.transact(from, TxKind::Call(to), U256::ZERO, input)
    }

    /// Asks a contract.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, Refused> {
        let tx = self.transaction(
            Address::ZERO,
            TxKind::Call(to),
            U256::ZERO,
            call.abi_encode().into(),
        );
        let result = self.evm().transact(tx).expect("a valid transaction").result;
        let done = finished(result)?;
        Ok(C::abi_decode_returns(&done.value).expect("what the interface says"))
    }

    fn transact(
        &mut self,
        from: Address,
        to: TxKind,
        value: U256,
        data: Bytes,
    ) -> Result<Done<Bytes>, Refused> {
        let tx = self.transaction(from, to, value, data);
        let result = self.evm().transact_commit(tx);
        let done = finished(result.expect("a valid transaction"))?;
        self.revision = REVISIONS.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(done)
    }

    fn transaction(&mut self, from: Address, to: TxKind, value: U256, data: Bytes) -> TxEnv {
        TxEnv {
            caller: from,
            kind: to,
            value,
            data,
            gas_limit: TX_GAS_LIMIT_CAP,
            gas_price: 0,
            nonce: self.info(from).nonce,
            chain_id: Some(self.chain_id),
            ..TxEnv::default()
        }
    }

    fn evm(
        &mut self,
    ) -> impl ExecuteCommitEvm<Tx = TxEnv, ExecutionResult = ExecutionResult, Error: fmt::Debug>
    {
        let (chain_id, block, timestamp) = (self.chain_id, self.block, self.timestamp);
        let context = Context::mainnet()
            .with_db(&mut self.state)
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
                cfg.chain_id = chain_id;
                cfg.disable_base_fee = true;
                // Contracts act in their own name where a test asks for that.
                cfg.disable_eip3607 = true;
            })
            .modify_block_chained(|env| {
                env.number = U256::from(block);
                env.timestamp = U256::from(timestamp);
                env.basefee = 0;
            });
        Evm {
            ctx: context,
            inspector: (),
            instruction: EthInstructions::new_mainnet_with_spec(SpecId::OSAKA),
            precompiles: EthPrecompiles::new(SpecId::OSAKA),
            // Each takes 32 KB, and most calls are of one or two contracts.
            frame_stack: FrameStack::<EthFrame>::new_prealloc(1),
        }
    }

    fn info(&mut self, account: Address) -> AccountInfo {
        let known = self.state.load_account(account);
        known
            .expect("memory does not fail")
            .info()
            .unwrap_or_default()
    }
}

fn finished(result: ExecutionResult) -> Result<Done<Bytes>, Refused> {
    let gas = result.tx_gas_used();
    match result {
        ExecutionResult::Success { logs, output, .. } => Ok(Done {
            value: output.into_data(),
            logs,
            gas,
        }),
        ExecutionResult::Revert { output, .. } => Err(Refused(output)),
        ExecutionResult::Halt { .. } => Err(Refused(Bytes::new())),
    }
}
