-- +goose Up
-- A signed outcome that is wrong by a slip is corrected by a new decision, with a letter of its own.

alter table proposal drop constraint proposal_second_due_check, add constraint proposal_second_due_check
    check (second_due in ('no', 'correction', 'refusal', 'referral', 'returned', 'sample'));

-- Which decision a letter gives the family. A letter of a decision that was corrected is withheld.
alter table letter add column decision_no int;
update letter set decision_no = 1 where kind = 'decision';
alter table letter drop constraint letter_kind_check, add constraint letter_kind_check
    check (kind in ('opening', 'reminder', 'decision', 'correction')),
    add constraint letter_of_a_decision check ((kind in ('decision', 'correction')) = (decision_no is not null)),
    add constraint letter_decision_fkey foreign key (case_ref, decision_no) references decision;

-- +goose Down
