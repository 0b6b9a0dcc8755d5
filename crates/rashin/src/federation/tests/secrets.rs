//! Client secrets in their folder.

use std::os::unix::fs::PermissionsExt;

use crate::federation::secrets::SecretFolder;
use crate::testing::{HANAKO, TestApp, on_both};

on_both! {
    async fn a_secret_is_kept_for_its_owner_alone_until_it_is_forgotten(app: TestApp) {
        let data = tempfile::tempdir().unwrap();
        let folder = SecretFolder::below(data.path());
        let id = folder.keep(&app.ctx(HANAKO), "secret").unwrap();
        let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(data.path().join("secrets")), 0o700);
        assert_eq!(mode(data.path().join("secrets").join(&id)), 0o600);
        assert_eq!(folder.read(&id).unwrap(), "secret");
        folder.forget(&id).unwrap();
        assert!(folder.read(&id).is_err());
        folder.forget(&id).unwrap();
    }

    async fn a_name_that_is_none_of_a_secret_leads_nowhere(app: TestApp) {
        let data = tempfile::tempdir().unwrap();
        let folder = SecretFolder::below(data.path());
        let id = folder.keep(&app.ctx(HANAKO), "secret").unwrap();
        let strange = [
            String::new(),
            "../secrets".to_owned(),
            format!("../secrets/{id}"),
            "a".repeat(31),
            "a".repeat(33),
            format!("{}z", &id[1..]),
            "/".repeat(32),
        ];
        for name in &strange {
            let place = data.path().join("secrets").join(name);
            if name.len() == 33 || name.ends_with('z') || name.len() == 31 {
                std::fs::write(&place, "other").unwrap();
            }
            assert!(folder.read(name).is_err() && folder.forget(name).is_err(), "{name}");
        }
        assert_eq!(folder.read(&id).unwrap(), "secret");
    }

    async fn a_secret_that_cannot_be_removed_is_told(app: TestApp) {
        let data = tempfile::tempdir().unwrap();
        let folder = SecretFolder::below(data.path());
        let id = folder.keep(&app.ctx(HANAKO), "secret").unwrap();
        folder.forget(&id).unwrap();
        std::fs::create_dir(data.path().join("secrets").join(&id)).unwrap();
        assert!(folder.forget(&id).is_err());
    }
}
