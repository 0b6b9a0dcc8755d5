# Answer files
answers-too-large = The file is too large; up to { $most } KB can be read.
answers-syntax = This is not valid TOML: { $detail }.
answers-again = The same field also stands on line { $line }. Keep one of them.
answers-unknown-field = There is no such field. These exist: { $allowed }
answers-format = Write “{ $allowed }”.
answers-organisation = Write the organisation's name in 1 to { $most } characters.
answers-item-set = Write one of these item sets: { $allowed }
answers-period = Write a period like 2026, 2026-Q1, 2026-04, 2026-04-01, FY2026 or FY2026-Q1.
answers-unknown-question = There is no such question. These exist: { $allowed }
answers-option = Write one of: { $allowed }
answers-unknown-option = The index model does not know this option.
answers-unknown-item = Item set { $set } has no such item.
answers-level = A level is a whole number from 1 to 5.
answers-level-and-reason = Give either a level or the reason why the item does not apply, not both.
answers-approval-of-level = An approver is given only for an item that does not apply.
answers-reason = Say why the item does not apply.
answers-approval = Say who approved that the item does not apply (approved_by).
answers-no-level = Item { $item } has no level. Write a whole number from 1 to 5.
answers-too-long = Write at most { $most } characters.
answers-missing-profile = No answer. Choose one of: { $allowed }
answers-missing-item = No answer. Give a level from 1 to 5, or a reason why the item does not apply and who approved it.
answers-whole-area = No item of area { $area } has a level, so none can be estimated. Give a level for at least one of them.

# Diagnosis
diagnosis-other-item-set = This release belongs to another item set. Choose one of the same item set.
diagnosis-empty-tier = This release has no company in the same tier. Choose another release.
