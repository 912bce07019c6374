//! The Merkle tree of RFC 6962, section 2.1: root, inclusion proofs and consistency proofs.
//!
//! A leaf is `SHA-256(0x00 ‖ data)`, an inner node `SHA-256(0x01 ‖ left ‖ right)`; the left subtree of
//! `n` leaves holds the largest power of two below `n`. [`Frontier`] keeps the root of a growing log
//! in at most 64 hashes. The proofs are verified by the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2.

use sha2::{Digest, Sha256};

/// A node of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf's data.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a log that only grows: one hash for each power of two in its size.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    /// Roots of the full subtrees, largest first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// Adds a leaf at the end.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one of the size is a full subtree that the new leaf completes.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves so far; that of an empty log is the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// The root over leaves held in memory.
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The proof that the leaf at `index` is in the tree over `leaves` (RFC 6962, 2.1.1); `None` where
/// there is no such leaf.
pub fn prove_inclusion(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let index = usize::try_from(index).ok().filter(|i| *i < leaves.len())?;
    let mut path = Vec::new();
    audit_path(leaves, index, &mut path);
    Some(path)
}

fn audit_path(leaves: &[Hash], index: usize, path: &mut Vec<Hash>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if index < left.len() {
        audit_path(left, index, path);
        path.push(root_of(right));
    } else {
        audit_path(right, index - left.len(), path);
        path.push(root_of(left));
    }
}

/// The proof that the tree over the first `old` leaves is a beginning of the tree over all of them
/// (RFC 6962, 2.1.2); `None` where `old` is 0 or more than there are.
pub fn prove_consistency(leaves: &[Hash], old: u64) -> Option<Vec<Hash>> {
    let old = usize::try_from(old).ok().filter(|o| (1..=leaves.len()).contains(o))?;
    let mut path = Vec::new();
    subproof(leaves, old, Known::Root, &mut path);
    Some(path)
}

/// Whether the verifier knows the root of the subtree at hand already.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Root,
    Nothing,
}

fn subproof(leaves: &[Hash], old: usize, known: Known, path: &mut Vec<Hash>) {
    if old == leaves.len() {
        if known == Known::Nothing {
            path.push(root_of(leaves));
        }
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if old <= left.len() {
        subproof(left, old, known, path);
        path.push(root_of(right));
    } else {
        subproof(right, old - left.len(), Known::Nothing, path);
        path.push(root_of(left));
    }
}

/// The largest power of two below `n`, for `n` of at least two.
fn split(n: usize) -> usize {
    1 << (usize::BITS - 1 - (n - 1).leading_zeros())
}

/// Whether `proof` shows that `leaf` is at `index` of the tree of `size` leaves with this root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut first, mut last) = (index, size - 1);
    let mut node = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if first & 1 == 1 || first == last {
            node = node_hash(sibling, &node);
            while first & 1 == 0 && first != 0 {
                first >>= 1;
                last >>= 1;
            }
        } else {
            node = node_hash(&node, sibling);
        }
        first >>= 1;
        last >>= 1;
    }
    last == 0 && node == *root
}

/// Whether `proof` shows that the log of `old` leaves with `old_root` is a beginning of the log of
/// `new` leaves with `new_root`.
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    proof: &[Hash],
) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        match proof.split_first() {
            Some((first, rest)) => (*first, rest),
            None => return false,
        }
    };
    // Up to the subtree where the old log ends.
    let skip = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> skip, (new - 1) >> skip);
    let (mut old_node, mut new_node) = (first, first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_node = node_hash(sibling, &old_node);
            new_node = node_hash(sibling, &new_node);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_node = node_hash(&new_node, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_node == *old_root && new_node == *new_root
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::*;

    /// Leaves and roots of the Certificate Transparency reference implementation.
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves() -> Vec<Hash> {
        LEAVES.iter().map(|l| leaf_hash(&HEXLOWER.decode(l.as_bytes()).unwrap())).collect()
    }

    fn hashes(hex: &[&str]) -> Vec<Hash> {
        hex.iter().map(|h| HEXLOWER.decode(h.as_bytes()).unwrap().try_into().unwrap()).collect()
    }

    #[test]
    fn roots_are_those_of_the_reference() {
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(HEXLOWER.encode(&root_of(&leaves()[..size])), *root, "size {size}");
        }
    }

    #[test]
    fn proofs_are_those_of_the_reference() {
        let check = |index: u64, size: usize, expect: &[&str]| {
            let proof = prove_inclusion(&leaves()[..size], index).unwrap();
            assert_eq!(proof, hashes(expect), "leaf {index} of {size}");
        };
        check(0, 1, &[]);
        check(
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        );
        check(
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        );
        check(2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
        let consistency = prove_consistency(&leaves(), 6).unwrap();
        assert_eq!(
            consistency,
            hashes(&[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
        );
    }

    fn many(count: usize) -> Vec<Hash> {
        (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    #[test]
    fn every_proof_up_to_33_leaves_verifies_and_no_other() {
        for size in 1..=33u64 {
            let leaves = many(size as usize);
            let root = root_of(&leaves);
            for index in 0..size {
                let proof = prove_inclusion(&leaves, index).unwrap();
                let leaf = &leaves[index as usize];
                assert!(verify_inclusion(leaf, index, size, &proof, &root));
                assert!(!verify_inclusion(leaf, index + 1, size, &proof, &root));
                assert!(!verify_inclusion(&leaf_hash(b"x"), index, size, &proof, &root));
                let longer = [proof.clone(), vec![root]].concat();
                assert!(!verify_inclusion(leaf, index, size, &longer, &root));
            }
            assert!(prove_inclusion(&leaves, size).is_none());
            for old in 1..=size {
                let proof = prove_consistency(&leaves, old).unwrap();
                let old_root = root_of(&leaves[..old as usize]);
                assert!(verify_consistency((old, &old_root), (size, &root), &proof));
                let other = leaf_hash(b"other");
                assert!(!verify_consistency((old, &other), (size, &root), &proof));
                assert!(!verify_consistency((old, &old_root), (size, &other), &proof));
                let longer = [proof.clone(), vec![root]].concat();
                assert!(!verify_consistency((old, &old_root), (size, &root), &longer));
            }
            assert!(prove_consistency(&leaves, 0).is_none());
        }
    }

    proptest! {
        #[test]
        fn a_changed_proof_does_not_verify(
            size in 2usize..300, pick in any::<usize>(), at in any::<usize>(), bit in 0usize..256,
        ) {
            let leaves = many(size);
            let root = root_of(&leaves);
            let index = pick % size;
            let mut proof = prove_inclusion(&leaves, index as u64).unwrap();
            prop_assert!(
                verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root)
            );
            let node = at % proof.len();
            proof[node][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(
                !verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root)
            );
        }
    }
}
