//! Texts that move to the later part with the functions that read them.

use anyhow::{Context, Result};
use walrus::{ConstExpr, DataKind, MemoryId, Module, ir::Value};

/// A text that only the later part reads, and where it lies in memory.
pub struct Text {
    pub address: usize,
    pub bytes: Vec<u8>,
}

impl Text {
    /// Where the texts are; that one is not in the module is an error, since it would be loaded twice or never.
    pub fn find(module: &Module, texts: &[Vec<u8>]) -> Result<Vec<Self>> {
        let find = |bytes: &Vec<u8>| {
            let at = module.data.iter().find_map(|data| Some(address(&data.kind)? + position(&data.value, bytes)?));
            let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
            let address =
                at.with_context(|| format!("the module does not have the text {beginning:?} in one piece"))?;
            Ok(Self { address, bytes: bytes.clone() })
        };
        texts.iter().map(find).collect()
    }

    /// Takes the text out of a module's data: what lies before and after it stays where it was.
    pub fn cut_out(&self, module: &mut Module) -> Result<()> {
        let holds = |data: &&walrus::Data| {
            address(&data.kind).is_some_and(|at| (at..at + data.value.len()).contains(&self.address))
        };
        let data = module.data.iter().find(holds).context("two texts overlap")?;
        let (id, start) = (data.id(), address(&data.kind).unwrap_or_default());
        let after = module.data.get_mut(id).value.split_off(self.address - start);
        let (end, rest) = (self.address + self.bytes.len(), after[self.bytes.len()..].to_vec());
        if !rest.is_empty() {
            add_data(module, end, rest)?;
        }
        Ok(())
    }
}

/// Where a segment is put when the module starts, if that is known before.
pub const fn address(kind: &DataKind) -> Option<usize> {
    match kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } => Some(*offset as usize),
        _ => None,
    }
}

fn position(of: &[u8], wanted: &[u8]) -> Option<usize> {
    of.windows(wanted.len()).position(|window| window == wanted)
}

/// Adds a segment that fills memory from this address on.
pub fn add_data(module: &mut Module, address: usize, bytes: Vec<u8>) -> Result<()> {
    let memory = memory(module)?;
    let offset = ConstExpr::Value(Value::I32(address as i32));
    let data = module.data.add(DataKind::Active { memory, offset }, bytes);
    module.memories.get_mut(memory).data_segments.insert(data);
    Ok(())
}

/// The module's memory.
pub fn memory(module: &Module) -> Result<MemoryId> {
    Ok(module.memories.iter().next().context("no memory")?.id())
}
