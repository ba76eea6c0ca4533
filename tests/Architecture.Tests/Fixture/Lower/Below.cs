using SealerRecover.Tests.Architecture.Fixture.Upper;

namespace SealerRecover.Tests.Architecture.Fixture.Lower;

/// <summary>Knows what is above it, in a place that is easily overlooked: a lambda in an asynchronous method.</summary>
internal static class Below
{
    public static async Task<int> CountAsync(IEnumerable<int> numbers)
    {
        await Task.Yield();
        return numbers.Count(number => number > Above.Least);
    }
}
