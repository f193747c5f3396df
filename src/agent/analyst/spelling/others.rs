//! Words of their own that look like slips of others: who writes `pengaduan` does not mean `pengajuan`.

const OTHERS: &str = "
    agenda akademi anggaran anggapan anggrek angsuran antrean asuransi
    capitol captain citizen consumption corporate corporation corporations county country counties countries cooperation
    deposan desain direktur domestik donasi
    employee gadai gelar gerak gerakan gereja gergaji gerobak
    jambatan jawatan jembatan
    kapital kawasan keamanan kebutuhan kegiatan keluaran keluarga keluhan kelompok kematian kepemilikan kesehatan kolega
    kolektor kompetisi koordinasi korporasi koresponden kotak
    lamaran lapisan layangan lembaga lokasi
    medali mengurus modem modern model models modul module
    operasi operasional operator outbound outing outlook outset
    pelanggan pembayaran penduduki pengadaan pengaduan pengajaran pengajian pengakuan pengaruh pengawal pengawasan pengguna
    penghuni pengujian pengurusan penjualan penyuluhan perang perawat person persons personel pinjaman portion potensi
    presiden principle principles promosi providence provisi
    radio rasa rector rektor rencana resiko
    sasaran satuan secretion sekretariat sektoral setoran simpangan simpatisan struktural supervision
    tabungan target tender tunggakan
    vektor villa villager villagers villas vintage
";

/// Whether a word in lower case is a word of its own.
pub(super) fn is_another_word(word: &str) -> bool {
    OTHERS.split_whitespace().any(|other| other == word)
}
