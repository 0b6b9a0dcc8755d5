use super::*;

fn heading() -> Heading {
    Heading {
        id: "test".to_owned(),
        window: Window {
            from: "2026-01-01".to_owned(),
            to: "2026-06-30".to_owned(),
        },
        method: Bilingual::new("試し", "a trial"),
    }
}

fn frame() -> Frame {
    let ids = |ids: [&str; 2]| ids.map(str::to_owned).to_vec();
    Frame {
        item_set: "set".to_owned(),
        items: ids(["1-1", "1-2"]),
        industries: ids(["a", "b"]),
    }
}

/// 12 members of each tier; 4 of them large, 3 of them in industry b.
fn members() -> Vec<Member> {
    let places = Tier::ALL
        .into_iter()
        .flat_map(|tier| (0..12_u8).map(move |place| (tier, place)));
    places
        .map(|(tier, place)| Member {
            id: format!("{tier}{place}"),
            tier,
            size: if place < 4 { Size::Large } else { Size::Small },
            industry: if place % 4 == 0 { "b" } else { "a" }.to_owned(),
            vulnerability_hundredths: i16::from(place) * 10,
            influence_hundredths: -7,
            levels: vec![place % 5 + 1, place % 3 + 1],
        })
        .collect()
}

fn tally(members: &[Member]) -> Tally {
    let mut tally = Tally::new(frame()).unwrap();
    for member in members {
        tally.add(&Submission::from(member)).unwrap();
    }
    tally
}

#[test]
fn parts_of_a_real_population_with_fewer_than_ten_members_are_not_shown() {
    let real = Release::freeze(heading(), tally(&members())).unwrap();
    assert!(!real.synthetic && real.members().is_empty());
    assert_eq!((real.n, real.all().n, real.tier(Tier::II).n), (36, 36, 12));
    assert_eq!(real.size(Size::Large).map(|summary| summary.n), Some(12));
    assert!(real.tier_size(Tier::I, Size::Large).is_none(), "4 members");
    assert!(real.industry("b").is_none(), "9 members");
    assert_eq!(real.industry("a").map(|summary| summary.n), Some(27));
}

#[test]
fn a_synthetic_population_hides_nobody() {
    let synthetic = Release::synthetic(heading(), frame(), members()).unwrap();
    assert!(synthetic.synthetic);
    assert_eq!(synthetic.industry("b").map(|summary| summary.n), Some(9));
    assert_eq!(
        synthetic
            .tier_size(Tier::I, Size::Large)
            .map(|summary| summary.n),
        Some(4)
    );
    assert!(synthetic.industry("z").is_none());
    assert_eq!(synthetic.members(), members());
}

#[test]
fn a_tier_with_too_few_members_cannot_be_frozen() {
    let few: Vec<Member> = members()
        .into_iter()
        .filter(|member| member.tier != Tier::III || member.levels[0] == 1)
        .collect();
    let refused = Release::freeze(heading(), tally(&few)).unwrap_err();
    assert_eq!(
        refused,
        ReleaseError::Few {
            tier: Tier::III,
            members: 3
        }
    );
    assert!(matches!(
        Release::freeze(heading(), tally(&[])),
        Err(ReleaseError::Few { .. })
    ));
}

#[test]
fn a_member_that_does_not_fit_is_named() {
    let mut members = members();
    members[5].industry = "z".to_owned();
    let refused = Release::synthetic(heading(), frame(), members).unwrap_err();
    assert_eq!(
        refused,
        ReleaseError::Member {
            id: "I5".to_owned(),
            error: TallyError::Industry
        }
    );
}

#[test]
fn what_was_written_is_read_back() {
    for release in [
        Release::freeze(heading(), tally(&members())).unwrap(),
        Release::synthetic(heading(), frame(), members()).unwrap(),
    ] {
        let bytes = release.bytes().to_vec();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), release.hash);
        assert_eq!(Release::from_bytes(&bytes), Ok(release));
    }
}

#[test]
fn the_hash_changes_with_every_part() {
    let release = |heading, members: &[Member]| {
        Release::synthetic(heading, frame(), members.to_vec())
            .unwrap()
            .hash
    };
    let first = release(heading(), &members());
    assert_ne!(
        first,
        release(
            Heading {
                id: "other".to_owned(),
                ..heading()
            },
            &members()
        )
    );
    assert_ne!(
        first,
        release(
            Heading {
                method: Bilingual::new("試し", "another"),
                ..heading()
            },
            &members()
        )
    );
    let mut changed = members();
    changed[3].levels[0] = 5;
    assert_ne!(first, release(heading(), &changed));
    assert_ne!(
        first,
        Release::freeze(heading(), tally(&members())).unwrap().hash
    );
}

#[test]
fn altered_bytes_are_refused_with_a_reason() {
    let written = |release: Release| String::from_utf8(release.bytes().to_vec()).unwrap();
    let real = written(Release::freeze(heading(), tally(&members())).unwrap());
    let synthetic = written(Release::synthetic(heading(), frame(), members()).unwrap());
    for (text, from, to, reason) in [
        (&real, "rashin-release-1", "rashin-release-9", "format"),
        (&real, "\"n\":36", "\"n\":37", "fit each other"),
        (&real, "\"n\":36", "\"n\": 36", "right form"),
        (&real, "\"n\":36", "\"N\":36", "unknown field"),
        (&real, "\"items\":[\"1-1\",", "\"items\":[", "shape"),
        (&real, "\"grid\":[[-1,2,", "\"grid\":[[-1,3,", "scatter"),
        (
            &synthetic,
            "\"grid\":[[-1,2,",
            "\"grid\":[[-1,3,",
            "fit each other",
        ),
        (&synthetic, "\"43\"", "\"4x\"", "digits"),
        (&synthetic, "\"43\"", "\"46\"", "level"),
    ] {
        assert!(text.contains(from), "{from} is in {text}");
        let refused = Release::from_bytes(text.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(refused.contains(reason), "{to}: {refused}");
    }
    assert!(Release::from_bytes(b"").is_err());
}
