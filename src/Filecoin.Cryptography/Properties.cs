using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Filecoin.Cryptography.Tests")]
[assembly: InternalsVisibleTo("Filecoin.Sealing")]
[assembly: InternalsVisibleTo("Filecoin.Benchmarks")]

