-- Foreign keys, exactly those of the registry, and indexes on what queries join on. Made after the rows: that is faster.

SET client_min_messages = warning; SET search_path = public; SET synchronous_commit = off;

ALTER TABLE districts ADD FOREIGN KEY (province_code) REFERENCES provinces (code);
ALTER TABLE subdistricts ADD FOREIGN KEY (district_code) REFERENCES districts (code);
ALTER TABLE villages ADD FOREIGN KEY (subdistrict_code) REFERENCES subdistricts (code);
ALTER TABLE cooperative
    ADD FOREIGN KEY ("districtId") REFERENCES districts (district_id),
    ADD FOREIGN KEY ("subdistrictId") REFERENCES subdistricts (subdistrict_id),
    ADD FOREIGN KEY ("villageId") REFERENCES villages (village_id);
ALTER TABLE cooperative_members ADD FOREIGN KEY ("cooperativeId") REFERENCES cooperative (cooperative_id);
ALTER TABLE cooperative_outlets ADD FOREIGN KEY (cooperative_type_id) REFERENCES cooperative_types (cooperative_type_id);
ALTER TABLE cooperative_klus ADD FOREIGN KEY ("kluId") REFERENCES klus (klu_id);
ALTER TABLE upkdk ADD FOREIGN KEY ("villageId") REFERENCES villages (village_id);

CREATE INDEX ON districts (province_code);
CREATE INDEX ON subdistricts (district_code);
CREATE INDEX ON villages (subdistrict_code);
CREATE INDEX ON villages (code);
CREATE INDEX ON cooperative ("provinceId");
CREATE INDEX ON cooperative ("districtId");
CREATE INDEX ON cooperative ("subdistrictId");
CREATE INDEX ON cooperative ("villageId");
CREATE INDEX ON cooperative_members ("cooperativeId");
CREATE INDEX ON cooperative_management ("cooperativeId");
CREATE INDEX ON cooperative_outlets ("cooperativeId");
CREATE INDEX ON cooperative_outlets (cooperative_type_id);
CREATE INDEX ON cooperative_klus ("cooperativeId");
CREATE INDEX ON cooperative_klus ("kluId");
CREATE INDEX ON business_partnership_applications ("cooperativeId");
CREATE INDEX ON upkdk ("villageId");
CREATE INDEX ON domains ("cooperativeId");
CREATE INDEX ON cooperative_village_mergers (cooperative_id);
CREATE INDEX ON cooperative_village_mergers (village_id);
