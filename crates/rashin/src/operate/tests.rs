//! Stories of keeping an installation.

mod backups;
