-- Stamps who acts and when, refuses a login that may not do this to this case, and links the act to its chain.
create or replace function stamp_command() returns trigger
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if holds_no_role() then
        raise exception 'a superuser, or the owner of the record, does nothing on a case'
            using errcode = 'insufficient_privilege';
    end if;
    new.login := session_user;
    new.person := my_person();
    if new.person is null then
        raise exception '% is no member of staff today', session_user using errcode = 'insufficient_privilege';
    end if;
    -- Operations recover a dead review without seeing its case, and a council accepts a family before it does.
    if new.case_ref is not null and not may_see(new.case_ref)
        and not (new.kind = 'case.recover' and needs_recovery(new.case_ref))
        and not (new.kind = 'case.accept-move' and moves_to_me(new.case_ref)) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    if not login_may(session_user, new.person, new.kind, new.case_ref, clock_timestamp())
       or not exists (select from act_role a where a.act = new.kind
                        and case when new.case_ref is not null then 'case' when new.lane is not null
                            then 'lane' else new.office end
                            = any (a.about)) then
        raise exception '% may not do %', session_user, new.kind using errcode = 'insufficient_privilege';
    end if;
    -- What one login has left undelivered is bounded, so that it starves nobody else's acts [D].
    if (select count(*) from undelivered u where u.login = session_user) >= 2000 then
        raise exception '% has 2000 acts that are not delivered yet: wait until they are', session_user
            using errcode = 'insufficient_privilege';
    end if;
    -- What decides or signs has the day of its handling, whatever day its row was given. Reviews of a synthetic
    -- database run ahead of its clock.
    if not (select synthetic from programme) and not exists (select from act_role a where a.act = new.kind
        and a.takes_day) then
        new.attested_on := business_today();
    end if;
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash
        from chain_append(chain_subject(new), chain_content(new)) a;
    return new;
end $$;
