using SealerRecover.Tests.Architecture.Fixture.Lower;

namespace SealerRecover.Tests.Architecture.Fixture.Upper;

/// <summary>Stands above, and may know what is below.</summary>
internal static class Above
{
    public static int Least => DateTime.UtcNow.Year;

    public static Task<int> CountAsync() => Below.CountAsync([1, 2, 3]);
}
