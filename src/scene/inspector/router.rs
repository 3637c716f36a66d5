//! keepalived: who holds the virtual address.

use super::{Detail, PartView};
use crate::sim::{Condition, PartId, ProcessId, World};
use crate::text::inspector::{fact, router as words};

pub(super) fn keepalived(world: &World, process: ProcessId, view: &mut PartView) {
    let Some(router) = world.vrrp().router(process) else {
        return;
    };
    let holder = world.vrrp().holder(router.address);
    let name = |process| world.wiring().machine_of(process).name.as_str();
    view.fact(words::STATE, words::state(router.state));
    view.fact(words::ADDRESS, router.address);
    view.fact(words::PRIORITY, router.priority);
    view.fact(words::OWNS, words::yes(router.owns));
    view.fact(words::HOLDER, holder.map_or(fact::NOWHERE, |holder| name(holder.process)));
    view.fact(words::SINCE, words::since(router.changed_at));
    for other in world.vrrp().routers.iter().filter(|other| other.process != process && other.address == router.address)
    {
        view.relate(world, PartId::Process(other.process));
    }
    if let Some(entrance) = router.entrance {
        view.relate(world, PartId::Process(entrance));
    }
    view.settings(world, &["vrrp."]);
    view.detail = Detail::Router(world.parts().condition(process) == Condition::Up);
}
