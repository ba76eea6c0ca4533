namespace Filecoin.Chain.Rules;

/// <summary>How the chain counts time (builtin-actors runtime/src/runtime/policy.rs, EPOCH_DURATION_SECONDS and EPOCHS_IN_DAY).</summary>
public static class Epochs
{
    /// <summary>Epochs in a day, which is also the length of a proving period.</summary>
    public const long PerDay = 24 * 60 * 60 / Seconds;

    private const int Seconds = 30;

    /// <summary>
    /// Whether a number can be an epoch: from a little before genesis, which young networks look back beyond, to 2^30, a thousand years. What is
    /// written anywhere is within, and can be added to and turned into a date.
    /// </summary>
    public static bool CanBe(long number) => number is > -(1L << 20) and < 1L << 30;

    /// <summary>How long so many epochs take.</summary>
    public static TimeSpan Span(long epochs) => TimeSpan.FromSeconds(Seconds * (double)epochs);

    /// <summary>How many epochs so long a time has, rounded down.</summary>
    public static long In(TimeSpan time) => (long)Math.Floor(time / TimeSpan.FromSeconds(Seconds));
}
