//! The columns of the wide picture.

use super::{BoxLayout, FOOT, GAP_CROSSED, GAP_X, GAP_Y, HEAD, Layout, MARGIN, ROW, TIERS, has, tier};
use crate::sim::{Role, Wiring};

/// So many machines always stand in one column.
const FEW: usize = 4;

impl Layout {
    /// True if a tier has several columns, which leaves no room for the labels of links.
    pub(super) fn place_wide(&mut self, wiring: &Wiring) -> bool {
        let tiers: Vec<u8> = (0..self.boxes.len()).map(|i| tier(wiring, i.into())).collect();
        let names = |role: &Role| matches!(role, Role::Resolver | Role::Authoritative);
        let is_name_service: Vec<bool> = self.boxes.iter().map(|b| has(wiring, b.machine, names)).collect();
        let top = MARGIN + HEAD + ROW + FOOT + GAP_Y;
        let of_tier = |t: u8| (0..tiers.len()).filter(|i| tiers[*i] == t && !is_name_service[*i]).collect::<Vec<_>>();
        let columns = self.columns(&(0..TIERS).map(of_tier).collect::<Vec<_>>());
        let stacked =
            |column: &[usize], boxes: &[BoxLayout]| column.iter().map(|i| boxes[*i].h + GAP_Y).sum::<f64>() - GAP_Y;
        let height = columns.iter().fold(top, |most, (t, column)| {
            let above = if *t < 2 { top } else { MARGIN };
            most.max(above + stacked(column, &self.boxes))
        });
        let mut x = MARGIN;
        for (at, (t, column)) in columns.iter().enumerate() {
            let is_first = at == 0 || columns[at - 1].0 != *t;
            let above = (0..tiers.len()).find(|i| is_first && is_name_service[*i] && usize::from(tiers[*i]) == *t);
            let width = column.iter().chain(&above).map(|i| self.boxes[*i].w).fold(0.0, f64::max);
            if width == 0.0 {
                continue;
            }
            if let Some(i) = above {
                (self.boxes[i].x, self.boxes[i].y) = (x, MARGIN);
            }
            let free_from = if above.is_some() { top } else { MARGIN };
            let mut y = free_from.max(MARGIN + (height - MARGIN - stacked(column, &self.boxes)) / 2.0);
            for i in column {
                (self.boxes[*i].x, self.boxes[*i].y) = (x, y);
                y += self.boxes[*i].h + GAP_Y;
            }
            let next = columns[at + 1..].iter().find(|(_, column)| !column.is_empty());
            let crossed =
                next.is_some_and(|(tier, next)| tier != t && *t > 0 && (*t > 1 || next.len().min(column.len()) > 1));
            x += width + if crossed { GAP_CROSSED } else { GAP_X };
        }
        columns.len() > TIERS.into()
    }

    /// The columns of the picture with their tiers: a tier with many machines has several, so that the picture is about twice as
    /// wide as it is high.
    fn columns(&self, tiers: &[Vec<usize>]) -> Vec<(usize, Vec<usize>)> {
        let longest = tiers.iter().map(Vec::len).max().unwrap_or(0);
        let (w, h) = self.boxes.iter().fold((0.0, 0.0), |(w, h), b| (f64::max(w, b.w), f64::max(h, b.h)));
        let is_flat = |most: &usize| {
            let columns: usize = tiers.iter().map(|tier| tier.len().div_ceil(*most)).sum();
            columns as f64 * (w + GAP_X) >= 2.0 * *most as f64 * (h + GAP_Y)
        };
        let most = (FEW..=longest).rev().find(is_flat).unwrap_or(FEW);
        let split = |tier: &[usize]| {
            let columns = tier.len().div_ceil(most).max(1);
            let each = tier.len().div_ceil(columns).max(1);
            (0..columns).map(|at| tier.iter().skip(at * each).take(each).copied().collect()).collect::<Vec<_>>()
        };
        tiers.iter().enumerate().flat_map(|(t, tier)| split(tier).into_iter().map(move |column| (t, column))).collect()
    }
}
