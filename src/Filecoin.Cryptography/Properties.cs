using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Filecoin.Cryptography.Tests")]
[assembly: InternalsVisibleTo("Filecoin.Sealing")]
[assembly: InternalsVisibleTo("Filecoin.Sealing.Tests")]
[assembly: InternalsVisibleTo("Filecoin.Benchmarks")]

