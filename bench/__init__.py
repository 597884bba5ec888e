"""What our pages cost beside a bare Flask "hello": `make bench` (bench/README.md)."""
