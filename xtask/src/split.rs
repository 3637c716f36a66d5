//! Splits the compiled page in two: what a first visit runs, and what is loaded when it is first called.
//!
//! WebAssembly has no such notion, but its function table allows it. Each function of the later part that the first part mentions is
//! left there as a *stub*: it calls the loader (an import), then the same function through the table. The later module imports
//! memory, table, globals and functions from the first, and fills its functions into the table when it is instantiated. From then
//! on the table leads to them directly.

mod texts;

use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use texts::{Text, add_data, memory};
use walrus::ir::{Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportedFunction, LocalFunction, LocalId, Module, ModuleConfig, TableId, ir::Value,
};

/// The name under which the later module imports from the first one.
const FIRST: &str = "first";
/// The name under which the first module imports the loader.
const LATER: &str = "later";

/// The two modules.
pub struct Halves {
    pub first: Vec<u8>,
    pub later: Vec<u8>,
}

/// Splits `whole`, which must have its names. Later are the functions whose names `is_later` accepts, all that nobody but them calls,
/// and the `texts`, which nobody else may read. The first module imports the loader as the function `load` of `later`.
pub fn split(whole: &[u8], is_later: impl Fn(&str) -> bool, texts: &[Vec<u8>]) -> Result<Halves> {
    let first = parse(whole)?;
    let texts = Text::find(&first, texts)?;
    let plan = Plan::new(&first, is_later, texts)?;
    let later = parse(whole)?;
    Ok(Halves { first: plan.first(first)?, later: plan.later(later)? })
}

fn parse(wasm: &[u8]) -> Result<Module> {
    ModuleConfig::new().generate_name_section(false).generate_producers_section(false).parse(wasm)
}

/// What goes where. Two readings of the same bytes number their functions alike, so a plan made for one holds for the other.
struct Plan {
    /// Functions of the later part that the first part mentions, and where in the table each of them stands.
    slots: BTreeMap<usize, u64>,
    /// What the later part uses of the first.
    borrowed: BTreeSet<usize>,
    borrowed_globals: BTreeSet<usize>,
    table_length: u64,
    texts: Vec<Text>,
}

impl Plan {
    fn new(module: &Module, is_later: impl Fn(&str) -> bool, texts: Vec<Text>) -> Result<Self> {
        let uses: BTreeMap<usize, Uses> =
            module.funcs.iter_local().map(|(id, function)| (id.index(), Uses::of(function))).collect();
        let matches: BTreeSet<usize> = module
            .funcs
            .iter_local()
            .filter(|(id, _)| module.funcs.get(*id).name.as_deref().is_some_and(|name| is_later(&path(name))))
            .map(|(id, _)| id.index())
            .collect();

        let in_table = entries_of_the_table(module)?;
        let exported = module.exports.iter().filter_map(|export| match export.item {
            ExportItem::Function(id) => Some(id.index()),
            _ => None,
        });
        let mut at_first: BTreeSet<usize> = exported.collect();
        at_first.extend(module.start.map(|id| id.index()));
        at_first.extend(in_table.keys().filter(|id| !matches.contains(id)));
        let mut pending: Vec<usize> = at_first.iter().copied().collect();
        while let Some(id) = pending.pop() {
            for &callee in uses.get(&id).into_iter().flat_map(|uses| &uses.functions) {
                if !matches.contains(&callee) && at_first.insert(callee) {
                    pending.push(callee);
                }
            }
        }

        let later: BTreeSet<usize> = uses.keys().copied().filter(|id| !at_first.contains(id)).collect();
        let table = module.tables.main_function_table()?.context("the module has no table of functions")?;
        let mut table_length = module.tables.get(table).initial;
        let mut slots: BTreeMap<usize, u64> = in_table.into_iter().filter(|(id, _)| later.contains(id)).collect();
        let (mut borrowed, mut borrowed_globals) = (BTreeSet::new(), BTreeSet::new());
        for (id, uses) in &uses {
            if later.contains(id) {
                borrowed.extend(uses.functions.iter().filter(|id| !later.contains(id)));
                borrowed_globals.extend(&uses.globals);
            } else {
                for callee in uses.functions.iter().filter(|id| later.contains(id)) {
                    slots.entry(*callee).or_insert_with(|| {
                        table_length += 1;
                        table_length - 1
                    });
                }
            }
        }
        Ok(Self { slots, borrowed, borrowed_globals, table_length, texts })
    }

    fn first(&self, mut module: Module) -> Result<Vec<u8>> {
        let nothing = module.types.add(&[], &[]);
        let (load, _) = module.add_import_func(LATER, "load", nothing);
        let table = self.grown_table(&mut module)?;
        let functions: BTreeMap<usize, FunctionId> = module.funcs.iter().map(|f| (f.id().index(), f.id())).collect();
        for (id, slot) in &self.slots {
            let stub = stub(&mut module, functions[id], load, table, *slot);
            module.funcs.get_mut(functions[id]).kind = FunctionKind::Local(stub);
        }
        for id in &self.borrowed {
            module.exports.add(&format!("f{id}"), functions[id]);
        }
        for global in globals(&module).into_iter().filter(|id| self.borrowed_globals.contains(&id.index())) {
            module.exports.add(&format!("g{}", global.index()), global);
        }
        for table in tables(&module) {
            module.exports.add(&format!("t{}", table.index()), table);
        }
        for text in &self.texts {
            text.cut_out(&mut module)?;
        }
        walrus::passes::gc::run(&mut module);
        Ok(module.emit_wasm())
    }

    fn later(&self, mut module: Module) -> Result<Vec<u8>> {
        let table = self.grown_table(&mut module)?;
        for id in module.exports.iter().map(walrus::Export::id).collect::<Vec<_>>() {
            module.exports.delete(id);
        }
        for id in module.data.iter().map(walrus::Data::id).collect::<Vec<_>>() {
            module.data.delete(id);
        }
        for id in module.elements.iter().map(walrus::Element::id).collect::<Vec<_>>() {
            module.elements.delete(id);
        }
        module.start = None;
        module.tables.get_mut(table).elem_segments.clear();
        for id in module.imports.iter().map(walrus::Import::id).collect::<Vec<_>>() {
            module.imports.delete(id);
        }

        let functions: BTreeMap<usize, FunctionId> = module.funcs.iter().map(|f| (f.id().index(), f.id())).collect();
        for id in &self.borrowed {
            let function = functions[id];
            let ty = module.funcs.get(function).ty();
            let import = module.imports.add(FIRST, &format!("f{id}"), function);
            module.funcs.get_mut(function).kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
        for global in globals(&module).into_iter().filter(|id| self.borrowed_globals.contains(&id.index())) {
            let import = module.imports.add(FIRST, &format!("g{}", global.index()), global);
            module.globals.get_mut(global).kind = GlobalKind::Import(import);
        }
        let memory = memory(&module)?;
        let import = module.imports.add(FIRST, "memory", memory);
        let memory = module.memories.get_mut(memory);
        memory.import = Some(import);
        memory.data_segments.clear();
        for text in &self.texts {
            add_data(&mut module, text.address, text.bytes.clone())?;
        }
        for table in tables(&module) {
            let import = module.imports.add(FIRST, &format!("t{}", table.index()), table);
            module.tables.get_mut(table).import = Some(import);
        }
        for (offset, run) in self.runs() {
            let kind = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(offset as i32)) };
            let element =
                module.elements.add(kind, ElementItems::Functions(run.iter().map(|id| functions[id]).collect()));
            module.tables.get_mut(table).elem_segments.insert(element);
        }
        walrus::passes::gc::run(&mut module);
        Ok(module.emit_wasm())
    }

    fn grown_table(&self, module: &mut Module) -> Result<TableId> {
        let id = module.tables.main_function_table()?.context("the module has no table of functions")?;
        let table = module.tables.get_mut(id);
        table.initial = self.table_length;
        table.maximum = table.maximum.map(|maximum| maximum.max(self.table_length));
        Ok(id)
    }

    /// Slots next to each other, which one segment can fill.
    fn runs(&self) -> Vec<(u64, Vec<usize>)> {
        let mut by_slot: Vec<(u64, usize)> = self.slots.iter().map(|(id, slot)| (*slot, *id)).collect();
        by_slot.sort_unstable();
        let mut runs: Vec<(u64, Vec<usize>)> = Vec::new();
        for (slot, id) in by_slot {
            match runs.last_mut() {
                Some((start, run)) if *start + run.len() as u64 == slot => run.push(id),
                _ => runs.push((slot, vec![id])),
            }
        }
        runs
    }
}

/// The name of a function without the numbers that tell crates apart, such as `[9f86d081884c7d65]`.
fn path(name: &str) -> String {
    name.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

/// A function that loads the later part and then calls what stands at `slot`.
fn stub(module: &mut Module, of: FunctionId, load: FunctionId, table: TableId, slot: u64) -> LocalFunction {
    let ty = module.funcs.get(of).ty();
    let (parameters, results) = module.types.params_results(ty);
    let (parameters, results) = (parameters.to_vec(), results.to_vec());
    let locals: Vec<LocalId> = parameters.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    let mut body = builder.func_body();
    body.call(load);
    for local in &locals {
        body.local_get(*local);
    }
    body.i32_const(slot as i32).call_indirect(ty, table);
    builder.local_func(locals)
}

fn tables(module: &Module) -> Vec<TableId> {
    module.tables.iter().map(walrus::Table::id).collect()
}

fn globals(module: &Module) -> Vec<GlobalId> {
    module.globals.iter().map(walrus::Global::id).collect()
}

/// The functions that stand in the table, and where.
fn entries_of_the_table(module: &Module) -> Result<BTreeMap<usize, u64>> {
    let mut entries = BTreeMap::new();
    for element in module.elements.iter() {
        let ElementKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = element.kind else { continue };
        let ElementItems::Functions(functions) = &element.items else { continue };
        for (slot, id) in (offset as u64..).zip(functions) {
            entries.entry(id.index()).or_insert(slot);
        }
    }
    ensure!(!entries.is_empty(), "the table of functions is empty");
    Ok(entries)
}

/// What a function mentions.
#[derive(Default)]
struct Uses {
    functions: BTreeSet<usize>,
    globals: BTreeSet<usize>,
}

impl Uses {
    fn of(function: &LocalFunction) -> Self {
        let mut uses = Self::default();
        dfs_in_order(&mut uses, function, function.entry_block());
        uses
    }
}

impl<'a> Visitor<'a> for Uses {
    fn visit_function_id(&mut self, id: &FunctionId) {
        self.functions.insert(id.index());
    }

    fn visit_global_id(&mut self, id: &GlobalId) {
        self.globals.insert(id.index());
    }
}

#[cfg(test)]
mod tests {
    use super::texts::address;
    use super::*;
    use walrus::ValType;

    /// `start` calls `seldom`, which calls `helper` and, like `start`, `shared`; all return a number.
    fn whole() -> Vec<u8> {
        let mut module = Module::default();
        module.memories.add_local(false, false, 1, None, None);
        add_data(&mut module, 1000, b"before prose and also prose after".to_vec()).unwrap();
        let table = module.tables.add_local(false, 1, Some(1), walrus::RefType::FUNCREF);
        let mut function = |name: &str, calls: &[FunctionId]| {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
            builder.name(name.to_owned());
            for callee in calls {
                builder.func_body().call(*callee).drop();
            }
            builder.func_body().i32_const(7);
            builder.finish(vec![], &mut module.funcs)
        };
        let shared = function("page::shared", &[]);
        let helper = function("core::helper", &[]);
        let seldom = function("page[9f86d081]::seldom", &[helper, shared]);
        let start = function("page::start", &[seldom, shared]);
        module.exports.add("start", start);
        let kind = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(0)) };
        let element = module.elements.add(kind, ElementItems::Functions(vec![start]));
        module.tables.get_mut(table).elem_segments.insert(element);
        module.emit_wasm()
    }

    fn imports(module: &Module) -> Vec<String> {
        module.imports.iter().map(|import| format!("{}.{}", import.module, import.name)).collect()
    }

    #[test]
    fn the_later_part_has_what_is_named_and_what_nobody_else_calls() {
        let halves = split(&whole(), |path| path == "page::seldom", &[]).unwrap();
        let first = Module::from_buffer(&halves.first).unwrap();
        let later = Module::from_buffer(&halves.later).unwrap();

        assert_eq!(imports(&first), ["later.load"]);
        assert_eq!(first.funcs.iter_local().count(), 3, "start, shared, and a stub for what is seldom");
        assert_eq!(later.funcs.iter_local().count(), 2, "what is seldom, and its helper");
        assert_eq!(later.elements.iter().count(), 1, "one place in the table");
        let lent = first.exports.iter().filter(|export| export.name.starts_with('f')).count();
        assert_eq!(lent, 1, "shared");
        for import in later.imports.iter() {
            assert!(first.exports.iter().any(|export| export.name == import.name), "{} is exported", import.name);
        }
        assert_eq!(first.tables.iter().next().unwrap().initial, 2, "the table has a place for it");
    }

    #[test]
    fn a_text_of_the_later_part_lies_where_it_lay() {
        let is_later = |path: &str| path == "page::seldom";
        let halves = split(&whole(), is_later, &[b"prose".to_vec(), b"also prose".to_vec()]).unwrap();
        let segments = |module: &[u8]| -> Vec<(usize, String)> {
            let module = Module::from_buffer(module).unwrap();
            let text = |data: &walrus::Data| String::from_utf8(data.value.clone()).unwrap();
            module.data.iter().map(|data| (address(&data.kind).unwrap(), text(data))).collect()
        };
        let of = |pairs: &[(usize, &str)]| -> Vec<(usize, String)> {
            pairs.iter().map(|(at, text)| (*at, (*text).to_owned())).collect()
        };
        assert_eq!(segments(&halves.first), of(&[(1000, "before "), (1012, " and "), (1027, " after")]));
        assert_eq!(segments(&halves.later), of(&[(1007, "prose"), (1017, "also prose")]));

        let missing = split(&whole(), is_later, &[b"poetry".to_vec()]).err().unwrap().to_string();
        assert!(missing.contains("poetry"), "{missing}");
    }

    #[test]
    fn where_nothing_is_later_there_is_no_loader() {
        let halves = split(&whole(), |_| false, &[]).unwrap();
        let first = Module::from_buffer(&halves.first).unwrap();
        assert_eq!(imports(&first), Vec::<String>::new());
        assert_eq!(Module::from_buffer(&halves.later).unwrap().funcs.iter_local().count(), 0);
    }
}
