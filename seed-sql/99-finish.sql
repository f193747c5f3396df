-- Statistics for the planner; then the scaffolding goes, and the session's settings with it.

SET client_min_messages = warning; SET search_path = public; SET synchronous_commit = off;

DROP SCHEMA seed CASCADE;

ANALYZE provinces, districts, subdistricts, villages, cooperative_types, cooperative, cooperative_members,
    cooperative_management, cooperative_outlets, klus, cooperative_klus, business_partnership_applications, upkdk,
    domains, cooperative_village_mergers;

RESET timezone;
RESET jit;
RESET search_path;
RESET client_min_messages;
RESET synchronous_commit;
