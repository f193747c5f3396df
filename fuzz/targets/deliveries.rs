#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kai_e2e_fuzz::deliveries(data));
