//! Things under way, each in a place that is used again when it has ended.

use core::cmp::Ordering;
use core::fmt::{self, Debug, Formatter};
use core::marker::PhantomData;
use core::num::NonZeroU32;
use core::ops::{Index, IndexMut};

/// Tells one thing of kind `T` from all others that have been, or will be, in its place.
pub struct Key<T> {
    place: u32,
    /// Odd, so never 0: that leaves room for `None`.
    life: NonZeroU32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    #[inline(always)]
    const fn new(place: u32, life: u32) -> Self {
        // It is odd: said once more, so that the compiler sees that it is not 0.
        let Some(life) = NonZeroU32::new(life | 1) else { unreachable!() };
        Self { place, life, kind: PhantomData }
    }

    /// The key as one word.
    #[inline(always)]
    pub(super) const fn to_word(self) -> u64 {
        (self.life.get() as u64) << 32 | self.place as u64
    }

    /// The key that became this word.
    #[inline(always)]
    pub(super) const fn from_word(word: u64) -> Self {
        Self::new(word as u32, (word >> 32) as u32)
    }
}

// Derived, these would ask the same of `T`.
impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.to_word() == other.to_word()
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_word().cmp(&other.to_word())
    }
}

impl<T> Debug for Key<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.place, self.life)
    }
}

/// Things under way. Looking one up by a key that is over finds nothing.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
    /// The life of a new place: even, and beyond that of every place given back.
    new_life: u32,
    /// What is in a new place before the first thing.
    blank: T,
}

/// The life comes first, so that who looks a thing up has its first fields at hand, too.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Place<T> {
    /// Odd as long as the thing is under way; then the key has the same.
    life: u32,
    thing: T,
}

impl<T: Clone> Slab<T> {
    /// Nothing is under way. `blank` is any thing, to fill places with before they are used.
    #[must_use]
    pub const fn new(blank: T) -> Self {
        Self { places: Vec::new(), free: Vec::new(), blank, new_life: 0 }
    }

    /// Adds a thing.
    #[inline(always)]
    pub fn insert(&mut self, thing: T) -> Key<T> {
        // The thing is written where it stays: a copy would cost more than all the rest.
        let at = self.free.pop().unwrap_or_else(|| self.add_place());
        let place = self.place_mut(at);
        place.thing = thing;
        place.life = place.life.wrapping_add(1);
        Key::new(at, place.life)
    }

    #[inline(always)]
    fn place_mut(&mut self, at: u32) -> &mut Place<T> {
        let places: &mut [Place<T>] = &mut self.places;
        &mut places[at as usize]
    }

    #[cold]
    #[inline(never)]
    fn add_place(&mut self) -> u32 {
        self.places.push(Place { thing: self.blank.clone(), life: self.new_life });
        self.places.len() as u32 - 1
    }

    /// Ends a thing, if it is under way.
    pub fn remove(&mut self, key: Key<T>) -> Option<T> {
        let thing = self.get(key)?.clone();
        self.end(key);
        Some(thing)
    }

    /// Ends a thing that is under way, as the caller knows. What it owns is let go when its place is used again.
    #[inline(always)]
    pub fn end(&mut self, key: Key<T>) {
        let place = self.place_mut(key.place);
        assert!(place.life == key.life.get(), "{OVER}");
        place.life = key.life.get().wrapping_add(1);
        self.free.push(key.place);
    }

    /// Gives back places at the end, if most have been free since a rush. What comes next takes the first free places, so that
    /// more can be given back the next time.
    pub fn shrink(&mut self) {
        if self.free.len() < MANY_FREE || self.free.len() < 4 * self.len() {
            return;
        }
        self.free.sort_unstable_by(|one, other| other.cmp(one));
        let used = self.places.iter().rposition(|place| place.life % 2 == 1).map_or(0, |last| last + 1);
        let lives = self.places.drain(used..).map(|place| place.life);
        self.new_life = lives.fold(self.new_life, u32::max);
        self.places.shrink_to_fit();
        self.free.retain(|at| (*at as usize) < used);
        self.free.shrink_to_fit();
    }

    /// A thing, if it is still under way.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, key: Key<T>) -> Option<&T> {
        self.places.get(key.place as usize).filter(|place| place.life == key.life.get()).map(|place| &place.thing)
    }

    /// Like [`Slab::get`], to change it.
    #[inline(always)]
    pub fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        self.places
            .get_mut(key.place as usize)
            .filter(|place| place.life == key.life.get())
            .map(|place| &mut place.thing)
    }

    /// Whether a thing is still under way.
    #[must_use]
    pub fn contains_key(&self, key: Key<T>) -> bool {
        self.get(key).is_some()
    }

    /// All things, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        let places = self.places.iter().enumerate().filter(|(_, place)| place.life % 2 == 1);
        places.map(|(at, place)| (Key::new(at as u32, place.life), &place.thing))
    }

    /// The keys of all things.
    pub fn keys(&self) -> impl Iterator<Item = Key<T>> {
        self.iter().map(|(key, _)| key)
    }

    /// All things.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, thing)| thing)
    }

    /// Number of things.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Whether nothing is under way.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// For who knows that a thing is under way.
impl<T: Clone> Index<Key<T>> for Slab<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, key: Key<T>) -> &T {
        // An index into a slice is compiled in place; one into a vector is a call where size counts.
        let places: &[Place<T>] = &self.places;
        let place = &places[key.place as usize];
        assert!(place.life == key.life.get(), "{OVER}");
        &place.thing
    }
}

impl<T: Clone> IndexMut<Key<T>> for Slab<T> {
    #[inline(always)]
    fn index_mut(&mut self, key: Key<T>) -> &mut T {
        let place = self.place_mut(key.place);
        assert!(place.life == key.life.get(), "{OVER}");
        &mut place.thing
    }
}

/// Fewer free places than these are not worth giving back.
const MANY_FREE: usize = 256;

const OVER: &str = "a key is used that is over";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_and_its_old_key_finds_nothing() {
        let mut slab = Slab::new('0');
        let (one, two) = (slab.insert('1'), slab.insert('2'));
        assert_eq!((slab.remove(one), slab.remove(one)), (Some('1'), None));
        let three = slab.insert('3');
        assert_eq!((three.place, slab.len()), (one.place, 2));
        assert_eq!((slab.get(one), slab.get(two), slab[three]), (None, Some(&'2'), '3'));
        assert_eq!(slab.iter().collect::<Vec<_>>(), [(three, &'3'), (two, &'2')]);
        assert_eq!(Key::from_word(three.to_word()), three);
    }

    #[test]
    fn after_a_rush_its_places_are_given_back_and_their_old_keys_find_nothing() {
        let mut slab = Slab::new(0);
        let keys: Vec<_> = (0..2_000).map(|thing| slab.insert(thing)).collect();
        for key in keys.iter().filter(|key| key.place != 1_000) {
            slab.end(*key);
        }
        slab.shrink();
        assert_eq!(
            (slab.places.len(), slab.len(), slab[keys[1_000]]),
            (1_001, 1, 1_000),
            "as far as the last that is used"
        );

        let next = slab.insert(7);
        assert_eq!(next.place, 0, "the first free place");
        slab.end(keys[1_000]);
        slab.shrink();
        assert_eq!((slab.places.len(), slab.len()), (1, 1));

        for thing in 0..2_000 {
            let key = slab.insert(thing);
            assert!(keys.iter().all(|old| *old != key), "no key is given twice");
        }
        assert!(keys.iter().all(|old| !slab.contains_key(*old)));
        assert_eq!(slab.len(), 2_001);
    }

    #[test]
    fn a_slab_that_is_in_use_stays_as_it_is() {
        let mut slab = Slab::new(0);
        let keys: Vec<_> = (0..600).map(|thing| slab.insert(thing)).collect();
        keys[..400].iter().for_each(|key| slab.end(*key));
        slab.shrink();
        assert_eq!((slab.places.len(), slab.len()), (600, 200));
    }

    #[test]
    #[should_panic(expected = "a key is used that is over")]
    fn whoever_is_wrong_about_a_key_is_told() {
        let mut slab = Slab::new(0);
        let key = slab.insert(1);
        slab.remove(key);
        let _ = slab[key];
    }
}
