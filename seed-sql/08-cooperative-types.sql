-- The thirteen types of cooperative.

SET search_path = public;

INSERT INTO cooperative_types (cooperative_type_id, name) VALUES
    (1, 'Koperasi Konsumen'),
    (2, 'Koperasi Produsen'),
    (3, 'Koperasi Simpan Pinjam'),
    (4, 'Koperasi Pemasaran'),
    (5, 'Koperasi Jasa'),
    (6, 'Koperasi Serba Usaha'),
    (7, 'Koperasi Primer'),
    (8, 'Koperasi Sekunder'),
    (9, 'Koperasi Karyawan'),
    (10, 'Koperasi Mahasiswa'),
    (11, 'Koperasi Guru'),
    (12, 'Koperasi TNI/Polri'),
    (13, 'Koperasi Pesantren');
