"use strict";
/* Goes back to the form by itself: the page would only ask for one press more. */

document.getElementById("go-on").submit();
