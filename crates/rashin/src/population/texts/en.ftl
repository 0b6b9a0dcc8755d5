release-synthetic = synthetic data
release-observed = real answers
release-line = { $id }  { $item_set }  { $n } companies  { $label }
release-unknown = There is no release “{ $id }”. These exist: { $known }
release-unknown-set = There is no item set “{ $id }”.
release-members-not-kept = “{ $id }” comes from real answers; those of single companies cannot be written out.
release-written = Wrote { $n } companies to { $path }. This is synthetic data.
