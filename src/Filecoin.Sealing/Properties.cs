using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Filecoin.Sealing.Tests")]
[assembly: InternalsVisibleTo("Filecoin.Benchmarks")]
