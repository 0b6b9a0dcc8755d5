release-synthetic = 合成データ
release-observed = 実際の回答
release-line = { $id }  { $item_set }  { $n }社  { $label }
release-unknown = 公開版「{ $id }」はありません。使えるのは次のとおりです: { $known }
release-unknown-set = 設問セット「{ $id }」はありません。
release-members-not-kept = 「{ $id }」は実際の回答から作ったものです。一社ごとの回答は書き出せません。
release-written = { $n }社を{ $path }に書き出しました。合成データです。
