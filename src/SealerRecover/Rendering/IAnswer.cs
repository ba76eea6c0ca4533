namespace SealerRecover.Rendering;

/// <summary>What a command was asked for: the same in words and in JSON.</summary>
internal interface IAnswer
{
    /// <summary>In words.</summary>
    IEnumerable<TextBlock> Blocks();

    /// <summary>One JSON object on one line.</summary>
    /// <param name="time">Its field "time".</param>
    string Json(string time);
}
