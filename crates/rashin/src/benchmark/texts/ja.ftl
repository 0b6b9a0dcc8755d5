# 回答ファイル
answers-too-large = ファイルが大きすぎます。{ $most } KBまで読み込めます。
answers-syntax = TOMLとして読めません（{ $detail }）。
answers-again = 同じ欄が{ $line }行目にもあります。どちらか一つにしてください。
answers-unknown-field = この欄はありません。使えるのは次のとおりです: { $allowed }
answers-format = 「{ $allowed }」と書いてください。
answers-organisation = 会社名を1～{ $most }文字で書いてください。
answers-item-set = 項目集は、次のどれかを書いてください: { $allowed }
answers-period = 期間は、2026、2026-Q1、2026-04、2026-04-01、FY2026、FY2026-Q1のように書いてください。
answers-unknown-question = この問いはありません。使えるのは次のとおりです: { $allowed }
answers-option = 次のどれかを書いてください: { $allowed }
answers-unknown-option = この選択肢は、指標モデルにありません。
answers-unknown-item = この項目は、項目集{ $set }にありません。
answers-level = 水準は1から5までの整数です。
answers-level-and-reason = 水準か、当てはまらない理由の、どちらか一方だけを書いてください。
answers-approval-of-level = 承認者は、当てはまらない項目にだけ書きます。
answers-reason = 当てはまらない理由を書いてください。
answers-approval = 当てはまらないことを誰が承認したか（approved_by）を書いてください。
answers-no-level = 項目{ $item }に水準がありません。1から5までの整数を書いてください。
answers-too-long = { $most }文字以内で書いてください。
answers-missing-profile = 回答がありません。次のどれかを選んでください: { $allowed }
answers-missing-item = 回答がありません。1から5までの水準か、当てはまらない理由と承認者を書いてください。
answers-whole-area = 領域{ $area }に水準の答えが一つもないので、点数を推定できません。一つ以上の項目に水準で答えてください。

# 診断
diagnosis-other-item-set = この公表版は、別の項目集のものです。同じ項目集の公表版を選んでください。
diagnosis-empty-tier = この公表版には、同じ層の会社がありません。別の公表版を選んでください。
