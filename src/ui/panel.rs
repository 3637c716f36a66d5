//! What is drawn anew only when what it shows has changed, or what it keeps for itself has: a row of the log, a field with
//! a half-typed number, a chart with its size. One component serves them all, as every type of component brings seven
//! kilobytes of code of its own.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::app::Msg;

/// What a panel shows.
pub trait Drawn: PartialEq + 'static {
    /// What the panel keeps for as long as it stands on the page, such as what is being typed.
    type Kept: Default;

    /// Draws it.
    fn draw(&self, kept: &Self::Kept, place: &Place<Self::Kept>) -> Html;

    /// Called when it stands on the page as drawn, with what stood there before.
    fn stands(&self, _before: Option<&Self>, _place: &Place<Self::Kept>) {}
}

/// Where something is drawn: the way for its messages, and to what it keeps.
pub struct Place<K> {
    /// Where messages go.
    pub send: Callback<Msg>,
    /// For the element that [`Drawn::stands`] has to do with.
    pub node: NodeRef,
    keep: Callback<Change>,
    kept: PhantomData<fn(&mut K)>,
}

/// A change of what is kept.
type Change = Box<dyn FnOnce(&mut dyn Any)>;

impl<K> Clone for Place<K> {
    fn clone(&self) -> Self {
        Self { send: self.send.clone(), node: self.node.clone(), keep: self.keep.clone(), kept: PhantomData }
    }
}

impl<K: 'static> Place<K> {
    /// Changes what is kept, and draws again.
    pub fn keep(&self, change: impl FnOnce(&mut K) + 'static) {
        self.keep.emit(Box::new(move |kept| {
            if let Some(kept) = kept.downcast_mut() {
                change(kept);
            }
        }));
    }

    /// A handler that changes what is kept by what it reads of an event.
    pub fn keep_on<E: 'static, V: 'static>(&self, read: fn(&E) -> V, change: fn(&mut K, V)) -> Callback<E> {
        let place = self.clone();
        Callback::from(move |event: E| {
            let value = read(&event);
            place.keep(move |kept| change(kept, value));
        })
    }
}

impl Place<usize> {
    /// Draws one piece more of what is too much to be drawn at once, as soon as the browser has had its turn. However often what
    /// has `drawn` pieces beside the first is drawn until then, it is one.
    pub fn draw_next_piece(&self, drawn: usize) {
        let place = self.clone();
        Timeout::new(0, move || place.keep(move |pieces| *pieces = drawn.saturating_add(1).max(*pieces))).forget();
    }
}

/// The same for all types.
trait Shown {
    fn keeps(&self) -> Box<dyn Any>;
    fn draw(&self, kept: &dyn Any, panel: &Panel, ctx: &Context<Panel>) -> Html;
    fn stands(&self, before: Option<&dyn Any>, panel: &Panel, ctx: &Context<Panel>);
    fn is(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Drawn<Kept: 'static>> Shown for T {
    fn keeps(&self) -> Box<dyn Any> {
        Box::new(T::Kept::default())
    }

    fn draw(&self, kept: &dyn Any, panel: &Panel, ctx: &Context<Panel>) -> Html {
        kept.downcast_ref().map(|kept| Drawn::draw(self, kept, &panel.place(ctx))).unwrap_or_default()
    }

    fn stands(&self, before: Option<&dyn Any>, panel: &Panel, ctx: &Context<Panel>) {
        Drawn::stands(self, before.and_then(|before| before.downcast_ref()), &panel.place(ctx));
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Properties)]
struct Props {
    view: Rc<dyn Shown>,
    send: Callback<Msg>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.send == other.send && self.view.is(other.view.as_any())
    }
}

struct Panel {
    kept: Box<dyn Any>,
    node: NodeRef,
    keep: Callback<Change>,
    before: Option<Rc<dyn Shown>>,
}

impl Panel {
    fn place<K>(&self, ctx: &Context<Self>) -> Place<K> {
        let send = ctx.props().send.clone();
        Place { send, node: self.node.clone(), keep: self.keep.clone(), kept: PhantomData }
    }
}

impl Component for Panel {
    type Message = Change;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let keep = ctx.link().callback(|change| change);
        Self { kept: ctx.props().view.keeps(), node: NodeRef::default(), keep, before: None }
    }

    fn update(&mut self, _ctx: &Context<Self>, change: Change) -> bool {
        change(&mut *self.kept);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        ctx.props().view.draw(&*self.kept, self, ctx)
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let view = Rc::clone(&ctx.props().view);
        let before = self.before.replace(Rc::clone(&view));
        view.stands(before.as_ref().map(|before| before.as_any()), self, ctx);
    }
}

/// A panel that shows `view`. Panels of different kinds in the same place need different keys.
pub fn panel(key: impl Into<yew::virtual_dom::Key>, view: impl Drawn<Kept: 'static>, send: &Callback<Msg>) -> Html {
    let view: Rc<dyn Shown> = Rc::new(view);
    html! { <Panel key={key.into()} {view} send={send.clone()} /> }
}
