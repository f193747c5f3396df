-- What makes the provinces differ (scaffolding). All of it is invented, except where the provinces lie, and that roughly.
--
-- capital  the starting capital of an ordinary cooperative, in rupiah. The five highest and the five lowest stand clear
--          of their neighbours, so that a ranking by average has no ties.
-- tilt     percent that a village's weight (07-villages.sql) adds to the capital there. Busy villages are richer where it
--          is positive and poorer where it is negative, so the average over a province's cooperatives is not the average
--          of its villages' averages, and ranks its neighbours differently.
-- A province's cooperatives lie within `lon +- reach_lon`, `lat +- reach_lat` (degrees).

SET client_min_messages = warning; SET search_path = public;

CREATE TABLE seed.province (code int PRIMARY KEY, capital bigint, tilt int, lon numeric, lat numeric, reach_lon numeric, reach_lat numeric);

INSERT INTO seed.province VALUES
    (11, 27000000,  20,  96.8,   4.4,  0.8,  0.5),   -- Aceh
    (12, 33000000, -20,  99.2,   2.3,  0.6,  0.6),   -- Sumatera Utara
    (13, 30000000,  20, 100.6,  -0.8,  0.4,  0.5),   -- Sumatera Barat
    (14, 39000000, -20, 101.8,   0.5,  0.8,  0.6),   -- Riau
    (15, 28500000,  20, 102.8,  -1.7,  0.6,  0.4),   -- Jambi
    (16, 31500000, -20, 104.2,  -3.2,  0.8,  0.6),   -- Sumatera Selatan
    (17, 22500000,  20, 102.5,  -3.7,  0.3,  0.4),   -- Bengkulu
    (18, 25500000, -20, 105.0,  -4.9,  0.5,  0.5),   -- Lampung
    (19, 34500000,  20, 106.2,  -2.2,  0.4,  0.3),   -- Kepulauan Bangka Belitung
    (21, 76000000, -20, 104.4,   0.9,  0.3,  0.2),   -- Kepulauan Riau
    (31, 91000000,  20, 106.83, -6.2,  0.1,  0.08),  -- DKI Jakarta
    (32, 52500000,  20, 107.6,  -6.9,  0.7,  0.3),   -- Jawa Barat
    (33, 36000000, -20, 110.2,  -7.2,  0.8,  0.25),  -- Jawa Tengah
    (34, 37500000,  20, 110.4,  -7.9,  0.2,  0.12),  -- Daerah Istimewa Yogyakarta
    (35, 43500000, -20, 112.6,  -7.8,  0.9,  0.3),   -- Jawa Timur
    (36, 60500000, -20, 106.1,  -6.4,  0.3,  0.25),  -- Banten
    (51, 91500000, -20, 115.1,  -8.4,  0.3,  0.12),  -- Bali
    (52, 24000000,  20, 117.5,  -8.6,  0.8,  0.15),  -- Nusa Tenggara Barat
    (53, 10800000,  20, 122.0,  -9.0,  1.5,  0.5),   -- Nusa Tenggara Timur
    (61, 29200000, -20, 110.8,  -0.1,  1.2,  0.9),   -- Kalimantan Barat
    (62, 35200000,  20, 113.4,  -1.6,  1.0,  0.8),   -- Kalimantan Tengah
    (63, 38200000, -20, 115.4,  -2.9,  0.4,  0.5),   -- Kalimantan Selatan
    (64, 76000000,  20, 116.4,   0.5,  0.7,  0.8),   -- Kalimantan Timur
    (65, 42000000, -20, 116.4,   3.0,  0.6,  0.4),   -- Kalimantan Utara
    (71, 32200000,  20, 124.5,   1.1,  0.5,  0.2),   -- Sulawesi Utara
    (72, 26200000, -20, 121.0,  -1.2,  0.7,  0.6),   -- Sulawesi Tengah
    (73, 40500000,  20, 120.0,  -4.0,  0.3,  0.8),   -- Sulawesi Selatan
    (74, 23200000, -20, 122.1,  -4.1,  0.4,  0.4),   -- Sulawesi Tenggara
    (75, 19000000, -20, 122.4,   0.65, 0.4,  0.1),   -- Gorontalo
    (76, 18500000,  20, 119.3,  -2.5,  0.2,  0.5),   -- Sulawesi Barat
    (81, 22500000, -20, 129.3,  -3.3,  0.9,  0.3),   -- Maluku
    (82, 13600000,  20, 127.8,   0.9,  0.3,  0.7),   -- Maluku Utara
    (91, 27800000, -20, 139.0,  -2.7,  1.1,  0.4),   -- Papua
    (92, 24800000,  20, 133.6,  -1.8,  0.5,  0.5),   -- Papua Barat
    (93,  8200000, -20, 139.5,  -6.8,  0.8,  0.7),   -- Papua Selatan
    (94, 12000000, -20, 136.3,  -3.6,  0.7,  0.3),   -- Papua Tengah
    (95,        0,   0, 139.2,  -4.1,  0.5,  0.2),   -- Papua Pegunungan: no cooperative at all
    (96, 21000000,  20, 131.9,  -1.0,  0.4,  0.3);   -- Papua Barat Daya
