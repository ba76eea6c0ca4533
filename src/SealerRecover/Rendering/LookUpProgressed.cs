using System.Globalization;
using SealerRecover.Recovery;

namespace SealerRecover.Rendering;

/// <summary>How far looking sectors up is.</summary>
/// <param name="At">When.</param>
/// <param name="Done">Sectors done, failed ones included.</param>
/// <param name="Total">Of so many.</param>
/// <param name="Failed">Of those done.</param>
/// <param name="Rate">Sectors a second over the whole time.</param>
/// <param name="Left">Until the end, by that rate.</param>
internal sealed record LookUpProgressed(DateTimeOffset At, int Done, int Total, int Failed, double Rate, TimeSpan Left) : RecoveryEvent(At)
{
    /// <summary>Its name in JSON, among the phases.</summary>
    public const string Phase = "look_up";

    /// <summary>"120 of 500 sectors looked up, 3 failed (40.0 sectors/s, 10 s left)".</summary>
    public string InWords => string.Create(
        CultureInfo.InvariantCulture,
        $"{Done} of {Total} sectors looked up{(Failed > 0 ? $", {Failed} failed" : "")} ({Rate:0.0} sectors/s, {Quantities.Duration(Left)} left)");
}
