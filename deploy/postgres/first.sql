-- Run once in a new database, by a superuser, before the first `starter setup`:
--
--   psql --dbname hame --file first.sql
--
-- Everything else is done by hame_admin, who is no superuser. Foreign code in the database that set-up does not find
-- gains what hame_admin has, and not the server. This script can be run again.
--
-- PostgreSQL 16 or later is wanted for real use: in 15 a role that may create roles can give itself any role but a
-- superuser's.

set client_min_messages = warning;

do $$
declare
    role record;
begin
    for role in select * from (values ('hame_owner', 'nologin'), ('hame_staff', 'nologin'), ('hame_worker', 'login'),
                                      ('hame_admin', 'login createrole')) x (name, options)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = role.name) then
            execute format('create role %I %s', role.name, role.options);
        end if;
    end loop;
    -- Owner of the database: may make schema hame, and say who connects.
    execute format('alter database %I owner to hame_admin', current_database());
    -- Everybody may connect to a new database and make temporary tables in it.
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to hame_staff, hame_worker', current_database());
end $$;
grant hame_owner, hame_staff, hame_worker to hame_admin with admin option;
-- To name who holds a lock that set-up waits for.
grant pg_read_all_stats to hame_admin;

-- Large objects are files of any size in the database. Hame keeps none.
revoke execute on function pg_catalog.lo_create(oid), pg_catalog.lo_creat(integer),
    pg_catalog.lo_from_bytea(oid, bytea),
    pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.lo_open(oid, integer), pg_catalog.lowrite(integer, bytea)
        from public;

-- Statistics count the rows that a session's own statements touched, also those that it was not shown, and every
-- table's and the whole database's rows. The size of a table grows with each row, also of a restricted case. The list
-- of locks tells which tables somebody else's transaction touches at this moment. All of this is for the administrator.
do $$
declare
    counter text;
begin
    for counter in
        select p.oid::regprocedure::text from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname ^@ 'pg_stat_get_xact_' or p.proname ^@ 'pg_stat_get_db_'
              or p.proname ^@ 'pg_stat_get_bgwriter_'
              or p.proname ^@ 'pg_stat_get_checkpointer_' or p.proname ^@ 'pg_stat_get_buf_'
                  or p.proname ^@ 'pg_current_wal_' or p.proname ^@ 'pg_stat_get_function_'
              or p.proname ^@ 'pg_stat_get_last_' or p.proname ~ '^pg_stat_get_(auto)?(analyze|vacuum)_count$'
              or p.proname in ('pg_stat_get_wal', 'pg_stat_get_slru', 'pg_stat_get_io', 'pg_stat_get_progress_info')
              or p.proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size',
              'pg_database_size', 'pg_tablespace_size', 'pg_lock_status')
              or p.proname in (
              'pg_stat_get_numscans', 'pg_stat_get_tuples_returned', 'pg_stat_get_tuples_fetched',
              'pg_stat_get_tuples_inserted', 'pg_stat_get_tuples_updated', 'pg_stat_get_tuples_deleted',
              'pg_stat_get_tuples_hot_updated', 'pg_stat_get_tuples_newpage_updated', 'pg_stat_get_live_tuples',
              'pg_stat_get_dead_tuples', 'pg_stat_get_mod_since_analyze', 'pg_stat_get_ins_since_vacuum',
              'pg_stat_get_blocks_fetched', 'pg_stat_get_blocks_hit', 'pg_stat_get_lastscan'))
    loop
        execute format('revoke execute on function %s from public', counter);
        execute format('grant execute on function %s to pg_monitor, pg_read_all_stats', counter);
    end loop;
end $$;

-- What only a superuser may do, and what hame_admin and the worker need of it.
create schema if not exists hame_server;
revoke all on schema hame_server from public;
grant usage on schema hame_server to hame_admin, hame_worker;

-- Who sets up, or changes the staff, locks this table: one at a time in a database, and out of the reach of the staff.
create table if not exists hame_server.administration ();
grant select, update on hame_server.administration to hame_admin;

-- Whether a login is of the staff. Superusers, and who may act as the owner, are not.
create or replace function hame_server.is_staff(login name) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from pg_roles r
        where r.rolname = login and not r.rolsuper
          and pg_has_role(r.oid, 'hame_staff', 'member') and not pg_has_role(r.oid, 'hame_owner', 'member'))
$$;

-- Ends the sessions of a login of the staff in this database, and tells how many there were.
create or replace function hame_server.end_sessions(login name) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not hame_server.is_staff(login) then
        raise exception '% is no login of the staff', login using errcode = 'insufficient_privilege';
    end if;
    return (select count(pg_terminate_backend(a.pid)) from pg_stat_activity a
            where a.usename = login and a.datname = current_database());
end $$;

-- Ends the transactions of the staff in this database that others wait for longer than ten seconds, or that have stood
-- idle for a minute. Tells whose they were, and why they were ended.
create or replace function hame_server.end_staff_in_the_way() returns table (login name, process int, why text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
    with waited_for as (
        select distinct unnest(pg_blocking_pids(l.pid)) as pid from pg_locks l
        where not l.granted and l.waitstart < clock_timestamp() - interval '10 seconds'),
    in_the_way as (
        select a.usename, a.pid,
               case when w.pid is not null then 'others waited for it'
                   else 'it stood idle in a transaction' end as reason
        from pg_stat_activity a left join waited_for w on w.pid = a.pid
        where a.datname = current_database() and a.backend_type = 'client backend' and hame_server.is_staff(a.usename)
          and (w.pid is not null
               or (a.state like 'idle in transaction%' and a.state_change < clock_timestamp() - interval '1 minute')))
    select i.usename, i.pid, i.reason from in_the_way i where pg_terminate_backend(i.pid);
end $$;

revoke all on all functions in schema hame_server from public;
grant execute on function hame_server.end_sessions(name) to hame_admin;
grant execute on function hame_server.end_staff_in_the_way() to hame_worker;
