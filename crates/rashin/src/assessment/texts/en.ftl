# Self-check

assessment-set = { $count } items
state-open = Being answered
state-submitted = Awaiting approval
state-approved = Approved
steps = Steps of the self-check
step-done = done
step-profile = Company profile
step-questions = Control questions
step-review = Review and submit
step-approval = Approval
step-diagnosis = Diagnosis
progress-all = Overall progress
progress-part = Questions answered
side-areas = Areas
side-keys = Keys:
side-keys-choose = choose a level
side-keys-move = move,
side-keys-list = show all
th-area = Area
th-item = Item
th-level = Level
undo = Undo

# Home
home = Start
home-title = { $count ->
    [one] { $name }, there is one thing to do next
   *[other] { $name }, there are { $count } things to do next
}
home-nothing = { $name }, there is nothing to do right now
home-todo = To do next
welcome = Welcome to Rashin
welcome-lead = About 40 questions tell you where your company stands and what to do next. They take one to two hours. You can stop at any time; your answers are kept.
welcome-step = Step { $number }
welcome-units = Enter your organisation
welcome-units-text = Add companies, group companies and departments. With a single company this is done already.
welcome-units-go = See the organisation
welcome-people = Invite people to answer with you
welcome-people-text = The questions can be shared out by area. You can also answer alone.
welcome-people-go = See the people
welcome-start-text = Answer 15 questions on the company and 25 or 27 on its controls.
card-part = Your part
card-part-title = Answer “{ $area }” of { $name }
card-part-text = { $count ->
    [one] One question is left.
   *[other] { $count } questions are left.
}
card-approve-title = Approve { $name }
card-approve-text = Handed in by { $name }. Look at the answers, then approve them or give them back.
card-exclusion = To be checked
card-exclusion-title = Check what does not apply in { $name }
card-exclusion-text = { $count ->
    [one] One item is said not to apply. Once you agree, it can be submitted.
   *[other] { $count } items are said not to apply. Once you agree, it can be submitted.
}
card-answer-title = Answer the questions of { $name }
card-answer-text = { $count ->
    [one] One question is left.
   *[other] { $count } questions are left.
}
card-submit-title = Review and submit { $name }
card-submit-text = Every question is answered.
card-result = Result ready
card-result-title = Read the diagnosis of { $name }
card-result-text = Approved on { $date }.

# List
checks-title = Self-checks
checks-lead = The self-checks you may see, newest period first.
checks-all = See all
checks-state = State
checks-changed = Changed
checks-items = Items answered
checks-exclusions = Exclusions to check: { $count }
checks-search = Search by unit name
checks-sort = Sort by
sort-period = Period
sort-unit = Unit
sort-state = State
sort-changed = Last change
checks-any = All
checks-go = Apply
checks-pages = Pages
checks-before = Previous page
checks-after = Next page
checks-empty = There are no self-checks yet
checks-empty-text = Once one is begun, it is listed here.
checks-none = No self-check fits
checks-none-text = Try other conditions.
checks-reset = Clear the conditions

# Begin
start = Begin a self-check
start-lead = Decide which unit, which period and which question set. These three cannot be changed afterwards.
start-unit = Unit
start-unit-help = You answer for this unit and everything below it. We suggest beginning with the whole company.
start-period-help = Write FY2026 for a fiscal year, 2026 for a calendar year, FY2026-Q1 for a quarter, 2026-04 for a month.
start-set-help = The 25 items they share can be compared one by one across the sets.
start-set-most = { $most } points at most
start-set-read = Read the questions first
start-go = Begin
start-nowhere = There is no unit you could begin for
start-who = The CISO and the managers of a unit may begin one.

# Profile
profile-lead = { $count } questions on what kind of company you are. They decide the tier (I, II or III) you are compared with. There are no good or bad answers.
profile-business = How the business is built
profile-influence = Effect on society
profile-why = Why do we ask?
profile-next = Go to the control questions
profile-number = Profile { $number }

# Questions
area-lead = Choose the highest level of which everything written is true. Each choice is saved at once. If in doubt take the lower one and note why.
area-asked = Asked of { $name }
area-read-only = You can only read this self-check. The CISO, managers and staff of the unit can answer.
area-closed = It has been handed in, so the answers cannot be changed.
area-troubles = Some answers are not saved
area-back = Back to { $id } { $name }
area-back-profile = Back to the company profile
area-next = Save and go to { $id } { $name }
area-next-review = Save and review
levels-of = { $id } { $name }: level
level-earlier = Your answer last time ({ $period })
note = Note
answer-level = Level { $level }
answer-excluded = Does not apply ({ $reason })
answer-na = n/a
answer-none = Not answered
answer-noted = { $answer }, “{ $note }”
answer-by = Answered by { $name }, { $moment }
answer-saved = Saved at { $time }
answer-not-saved = Not saved yet.
clash-title = { $name } saved a different answer, { $moment }.
clash-text = Your answer is not saved yet. Choose which one stays.
clash-mine = You
clash-keep-mine = Save my answer
clash-keep-theirs = Keep the answer of { $name }
exclusion = If this question does not apply to you
exclusion-check = Does not apply (needs a reason, and the CISO’s approval)
exclusion-help = The rounded mean of the area’s other items is used instead and marked. With three or more, the result cannot enter the statistics of a population.
exclusion-agreed = Approved by { $name }
exclusion-agree = Accept the reason
exclusion-waits = Waits for the CISO
evidence-count = Evidence files ({ $count })
evidence-examples = Examples: { $examples }
evidence-remove = Remove
evidence-removed = The file was removed.
evidence-add = Add a file
evidence-help = PDF, image (PNG, JPEG), Word, Excel, PowerPoint, text (TXT, MD, LOG, CSV). Up to 10 MB each.
evidence-upload = Upload

# Review, submission, approval
read-diagnosis = Read the diagnosis
go-on = Go on answering
submitted-by = Handed in by { $name }, { $moment }
approved-by = Approved by { $name }, { $moment }
self-approved = Self-approved
given-back = Given back by { $name }.
nothing-open = Everything is there.
nothing-open-submit = Look it over; then you can submit.
nothing-open-wait = The CISO or a manager can submit it.
points-title = { $count ->
    [one] One thing is missing before it can be submitted.
   *[other] { $count } things are missing before it can be submitted.
}
points-list = What is missing
point-asked = Asked of { $name }
content-title = What was handed in
content-people = Answered by
content-person = { $count ->
    [one] { $name } (one item)
   *[other] { $name } ({ $count } items)
}
content-excluded = Items that do not apply
content-files = Evidence files
content-hash = Hash of the content
decide-title = Approve or give back
decide-self = This will be a self-approval.
decide-self-text = While there is only one person, whoever handed in may approve too. It is marked as self-approved.
decide-other = You handed it in, so another CISO or executive approves it.
decide-who = The CISO and the executives of the unit can approve it or give it back.
decide-approve = Approve
decide-approve-text = Approval freezes the answers; they can never be changed afterwards. The diagnosis can then be read.
decide-approve-go = Approve and freeze
decide-return = Give back
decide-return-go = Give back with this reason
label-comment = Comment
frozen-title = Frozen content
frozen-text = The answers are frozen as they were approved. The hash below would differ if a single character changed.
areas-title = Areas and who answers them
areas-lead = Whoever you ask sees the area on their start page. Others can still answer it.
areas-done = Answered
areas-asked = Asked of
areas-ask = Who answers { $area }
areas-nobody = Nobody in particular
areas-save = Save who answers
excluded-title = Items that do not apply
answers-title = Who answered what
answered-by = Answered by
answered-at = When
note-and-evidence = Note and evidence
files-count = { $count ->
    [one] One file
   *[other] { $count } files
}
submit-title = Submit
submit-text = After submitting, the answers cannot be changed until it is approved or given back.
submit = Submit
submit-confirm = Shall it be submitted? Those who approve will then see it.
submit-go = Yes, submit
submit-who = The CISO and the managers of the unit can submit it.
submit-why = { $count ->
    [one] You can press this once the last thing is there.
   *[other] You can press this once the { $count } missing things are there.
}
course-title = What happened so far
course-person = Person
course-act = Act
course-submitted = Handed in
course-returned = Gave it back: { $reason }
course-approved = Approved
files-title = Answer by file
files-lead = Fill in an exported file and import it again. It also serves as a copy for your records.
export-xlsx = Export as Excel
export-toml = Export as TOML
import-title = Import from a file

# Compare
history-title = Compare with earlier
history-lead = The same items stand side by side. Where the question sets differ, only the items they share are compared.
history-with = Compare with (approved)
history-go = Compare
history-other-set = The question sets differ.
history-other-set-text = Only the { $count } shared items are compared. Totals cannot be compared.
history-sum = Sum of levels
history-sum-text = Over the { $count } items with a level in both
history-risen = Items that rose
history-fallen = Items that fell
history-same = Items unchanged
history-items = Change by item
history-change = Change
history-unchanged = unchanged
history-empty = There is nothing to compare with
history-empty-text = Once another self-check of this unit is approved, you can compare them here.

# Errors
error-period = Write a period as 2026, 2026-Q1, 2026-04, 2026-04-01, FY2026 or FY2026-Q1, with a year from 2000 to 2099.
error-assessment-exists = The self-check of this unit for { $period } with this question set is there already. Open it from the list.
error-assessment-submitted = It has been handed in and cannot be changed. To change it, ask those who approve to give it back.
error-assessment-approved = It is approved and frozen and cannot be changed.
error-not-submitted = It is not handed in: somebody else gave it back or approved it already.
error-second-person = Whoever handed in cannot approve. Another CISO or executive approves it.
error-unanswered = Not answered yet.
error-exclusion-open = The CISO has not accepted yet that this does not apply.
error-unknown-item = This item is not in the question set.
error-unknown-question = This question is not in the profile.
error-level = A level is a whole number from 1 to 5.
error-level-and-reason = Give either a level or a reason why it does not apply, not both.
error-file-size = The file must not be empty and must have at most { $most } MB.
error-file-type = The file must be PDF, PNG, JPEG, XLSX, DOCX, PPTX, TXT, MD, LOG or CSV, and its content must match its name.
error-file-count = One self-check can have at most { $most } files.
error-file-none = No file was chosen, or it broke off on the way. Please choose it again.

# Done
done-begun = The self-check has begun. Every choice is saved at once.
done-answers-saved = The answers are saved.
done-answer-kept = The other answer stays.
done-parts-saved = Saved who answers what.
done-exclusion-agreed = Accepted that the item does not apply.
done-submitted = Submitted. It now waits for approval.
done-returned = Given back. The answers can be changed again.
done-approved = Approved and frozen.
done-evidence-added = The file was added.
done-evidence-restored = The file is back.

# Import from a file
import-lead = Reads many answers from a file at once. If anything in it is wrong, nothing is saved and every fault is shown.
import-choose = Choose a file
import-file = File with answers
import-file-help = TOML or Excel (XLSX), up to { $most } MB. You see what would change before it is imported.
import-look = Check the file
import-faults = { $count ->
    [one] One thing to correct; nothing was imported
   *[other] { $count } things to correct; nothing was imported
}
import-faults-text = Correct “{ $file }” and choose it again. Nothing was saved.
import-faults-title = To correct
import-line = Line
import-field = Place
import-value = Value found
import-allowed = What is allowed
import-same = Nothing would change.
import-same-text = The answers in “{ $file }” are the same as the present ones.
import-changes = { $count ->
    [one] One answer would change
   *[other] { $count } answers would change
}
import-changes-text = Importing “{ $file }” would change the following. Nothing is saved yet.
import-from = Now
import-to = After the import
import-confirm = { $count ->
    [one] Import one answer
   *[other] Import { $count } answers
}
import-conflicts = { $count ->
    [one] Meanwhile somebody else changed one answer.
   *[other] Meanwhile somebody else changed { $count } answers.
}
import-conflicts-text = These were not imported, the others were. Choose the file again to see what differs.
import-forms = Files to fill in
import-forms-text = They hold the present answers. Fill one in and import it above. What the file leaves out stays as it is.
import-size = Choose a file that is not empty and has at most { $most } MB.
import-media-type = Use the content type application/toml, or for XLSX application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.
import-type = Choose a file whose name ends in .toml or .xlsx.
import-other = This self-check has { $allowed }. Is the file from another self-check?
answer-sheet-unreadable = This cannot be read as an Excel file (XLSX). Fill in an exported file and save it as XLSX ({ $detail }).
answer-sheet-too-large = It is too large or takes too long to read. Choose an exported file that you filled in.
answer-sheet-begin = Read first
answer-sheet-title = Rashin: answer sheet of a self-check
answer-sheet-format = File format
answer-sheet-how-1 = Fill in the yellow cells. In “Profile” choose one option, in “Control items” a level from 1 to 5.
answer-sheet-how-2 = Choose the highest level of which everything written is true. If in doubt take the lower one and note why.
answer-sheet-how-3 = For an item that does not apply to you choose “n/a” as the level and give the reason. The CISO has to agree.
answer-sheet-how-4 = Leave the first column as it is. For items left empty the present answers stay.
answer-sheet-profile = Profile
answer-sheet-items = Control items
answer-sheet-lists = Options
answer-sheet-field = Key
answer-sheet-question = Question
answer-sheet-answer = Answer
answer-sheet-help = How to choose
answer-sheet-reason = Why it does not apply
answer-sheet-level-1 = Level 1
answer-sheet-level-2 = Level 2
answer-sheet-level-3 = Level 3
answer-sheet-level-4 = Level 4
answer-sheet-level-5 = Level 5
answer-sheet-choose = Please choose one of the options.
done-imported = The answers of the file are imported.
card-consent = Two people
card-consent-title = { $right }: { $unit }
card-consent-text = { $name } asks for your consent.
